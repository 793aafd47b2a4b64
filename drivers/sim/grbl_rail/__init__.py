"""A virtual rail or gantry behind a GRBL controller on a pseudo-terminal."""

from drivers.sim.grbl_rail.device import VirtualRail

__all__ = ["VirtualRail"]
