"""Links that fail on demand, each around a device that keeps the same contract, real or virtual.

A fault comes out as its link's lower layers let it out. Where a checksum guards what is carried
(ISO 14443-4 blocks, USB packets, encrypted Bluetooth links), what is damaged, cut short or repeated
comes out as the error of that layer and never as other bytes. UCI has no checksum, and neither has
a switched contact: there it comes out as it is.
"""

from drivers.sim.faults.air import FaultyAir
from drivers.sim.faults.board import FaultyBoard
from drivers.sim.faults.pipe import FaultyPipe
from drivers.sim.faults.reader import FaultyReader
from drivers.sim.faults.switch import FaultySensor, FaultySwitch

__all__ = ["FaultyAir", "FaultyBoard", "FaultyPipe", "FaultyReader", "FaultySensor", "FaultySwitch"]
