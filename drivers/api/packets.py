"""Packets between the rig and a radio, as they crossed the line, for a capture.

What must not be kept is overwritten by zeros of the same length before a packet is handed on.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from typing import ClassVar, NamedTuple

HCI, UCI = "hci", "uci"


class WirePacket(NamedTuple):
    """One packet, with the clock's time at which it was sent or read. It does not print itself."""

    t_ns: int
    sent: bool  # by the rig
    octets: bytes
    masked: str = ""  # what was overwritten; "" for nothing

    def __repr__(self) -> str:
        return f"WirePacket({len(self.octets)} octets)"


PacketSink = Callable[[WirePacket], None]
"""Told of each packet, in a thread of the device's; it returns at once."""

MaskMessage = Callable[[bytes], bytes]
"""A DK message with its secrets overwritten: what they are only the rig knows. Never raises."""


class PacketSource(abc.ABC):
    """A device whose packets can be recorded."""

    packet_kind: ClassVar[str]
    """What they are, HCI or UCI."""

    @abc.abstractmethod
    def record(self, sink: PacketSink, mask_message: MaskMessage) -> None:
        """Hand every packet from now on to ``sink``, in the order of time but for a few.

        What is a part of a DK message comes once the message is whole.
        """
