"""Records of packets between the rig and its radios, as they crossed the line.

The file holds the packets of one attempt after those of another, each under its PacketsOf. Secrets
in them were overwritten by zeros of the same length before anything was stored.
"""

from __future__ import annotations

from dataclasses import dataclass

HCI, UCI = "hci", "uci"


@dataclass(frozen=True, slots=True)
class PacketsOf:
    """What follows is of this attempt. When the rig's clock said ``clock_ns``, it was ``utc``."""

    test: str
    attempt: int
    utc: str
    clock_ns: int


@dataclass(frozen=True, slots=True)
class PacketRecord:
    """One packet."""

    device: str
    kind: str  # "hci": H4 with its type octet; "uci": a segment with its header
    t_ns: int  # of the rig's clock
    sent: bool  # by the rig
    octets: str  # hex
    masked: str = ""  # what was overwritten


@dataclass(frozen=True, slots=True)
class PacketsLeftOut:
    """So many packets of a device were not kept, between these two and with them."""

    device: str
    kind: str
    count: int
    first_ns: int
    last_ns: int
    why: str


PacketLine = PacketsOf | PacketRecord | PacketsLeftOut
