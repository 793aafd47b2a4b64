"""The virtual air of Bluetooth LE: Bumble's controllers, at the pace of connection events.

``air`` is the device, ``link`` who hears whom, ``wire`` one connection, ``controller`` one radio,
``faults`` what somebody in between does.
"""

from drivers.sim.ble_air.air import BleAir

__all__ = ["BleAir"]
