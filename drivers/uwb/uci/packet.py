"""Packets: a whole payload under its opcode, cut into segments and put together again."""

from __future__ import annotations

from typing import NamedTuple

from drivers.uwb.uci.errors import BadSegment
from drivers.uwb.uci.header import Header, LengthForm
from drivers.uwb.uci.opcodes import Opcode

CONTROL_PAYLOAD, DATA_PAYLOAD = 255, 1024
"""What a segment carries at most unless a profile says more (facts 1.1)."""

_WHOLE_MESSAGE = 0x1_0000


class Packet(NamedTuple):
    """A message as bytes. The payload does not print: session keys travel in some."""

    opcode: Opcode
    payload: bytes

    def __repr__(self) -> str:
        return f"Packet({self.opcode}, {len(self.payload)} octets)"

    def segments(self, form: LengthForm, largest: int = CONTROL_PAYLOAD) -> list[bytes]:
        """The message on the wire: one segment, or as many as ``largest`` octets each need."""
        payload = self.payload
        cuts = range(0, max(1, len(payload)), largest)
        return [
            Header(self.opcode, len(part), more=at + largest < len(payload)).encode(form) + part
            for at in cuts
            for part in (payload[at : at + largest],)
        ]


class Reassembly:
    """Puts segments together: those of one opcode belong together (facts 1.1).

    Segments of another opcode may come between. A message has at most 65,536 octets.
    """

    def __init__(self) -> None:
        self._pending: dict[Opcode, list[bytes]] = {}

    def add(self, header: Header, payload: bytes) -> bytes | None:
        """The payload that this segment completes, or None. Raises BadSegment for too much."""
        opcode = header.opcode
        if not header.more and opcode not in self._pending:
            return payload
        parts = self._pending.setdefault(opcode, [])
        parts.append(payload)
        if sum(map(len, parts)) > _WHOLE_MESSAGE:
            del self._pending[opcode]
            raise BadSegment(f"message {opcode} has more than {_WHOLE_MESSAGE} octets")
        if header.more:
            return None
        del self._pending[opcode]
        return b"".join(parts)

    def drop(self) -> None:
        """Forget what is incomplete, when bytes were lost."""
        self._pending.clear()
