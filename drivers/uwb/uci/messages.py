"""Payloads to messages and back, by the opcode table of a vendor."""

from __future__ import annotations

from collections.abc import Callable

from drivers.uwb.uci import ccc, control, core, session, two_way
from drivers.uwb.uci.errors import UnknownMessage
from drivers.uwb.uci.opcodes import Message, Opcode, claimed
from drivers.uwb.uci.packet import Packet
from drivers.uwb.uci.records import quick_decode

GROUPS = (core, session, control, two_way, ccc)
"""The modules whose messages are known; importing them is what fills the table."""


def decoder(vendor: str = "") -> Callable[[Opcode, bytes], Message]:
    """What decodes an opcode's payload, with a vendor's messages before the general ones.

    It raises UnknownMessage for an opcode nobody claims, else what ``Record.decode`` raises.
    """
    table = {opcode: quick_decode(cls) for opcode, cls in claimed(vendor).items()}

    def decode(opcode: Opcode, payload: bytes) -> Message:
        try:
            decode_one = table[opcode]
        except KeyError:
            raise UnknownMessage(f"nobody claims {opcode}") from None
        return decode_one(payload)

    return decode


def claimed_by(vendor: str = "") -> frozenset[Opcode]:
    """The opcodes whose messages are known on a vendor's profile."""
    return frozenset(claimed(vendor))


def encode(message: Message) -> Packet:
    """The packet of a message. Raises BadField."""
    return Packet(message.opcode, message.encode())
