"""Drivers: bytes to and from devices, real and virtual. Knows nothing of the rig."""
