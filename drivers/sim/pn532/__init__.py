"""A virtual NXP PN532 on a serial line: host frames in and out, and an air with whoever is there.

Written from the chip's user manual (UM0701-02) and apart from the driver it will meet.
``host_frame`` is the codec of its line, ``commands`` what each command means, ``chip`` the command
loop, ``registers`` and ``initiator`` its contactless interface, ``antenna`` the air, ``line`` the
pseudo-terminal. It is a reader only: commands with which it would play a card are refused.
"""

from drivers.sim.pn532.device import VirtualPn532
from drivers.sim.pn532.faults import ChipFault

__all__ = ["ChipFault", "VirtualPn532"]
