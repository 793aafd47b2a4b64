"""An adb server on TCP with one virtual phone behind it."""

from drivers.sim.adb_server.device import VirtualAdbServer

__all__ = ["VirtualAdbServer"]
