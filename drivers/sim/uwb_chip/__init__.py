"""A virtual UWB chip that speaks UCI, written from the facts and apart from the host."""

from drivers.sim.uwb_chip.device import VirtualUwbChip, VirtualUwbKit

__all__ = ["VirtualUwbChip", "VirtualUwbKit"]
