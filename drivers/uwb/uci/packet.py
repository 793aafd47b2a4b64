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

    Segments of another opcode may come between. A message has at most 65,536 octets, and so have
    all together that are not complete: a chip that never ends any does not fill the memory.
    """

    def __init__(self) -> None:
        self._pending: dict[Opcode, list[bytes]] = {}
        self._held = 0  # octets of all of them, an empty segment counted as one

    def add(self, header: Header, payload: bytes) -> bytes | None:
        """The payload that this segment completes, or None. Raises BadSegment for too much."""
        opcode = header.opcode
        if not header.more and opcode not in self._pending:
            return payload
        self._pending.setdefault(opcode, []).append(payload)
        self._held += len(payload) or 1
        if self._held > _WHOLE_MESSAGE:
            self.drop()
            raise BadSegment(f"more than {_WHOLE_MESSAGE} octets of messages that do not end")
        if header.more:
            return None
        parts = self._pending.pop(opcode)
        self._held -= sum(len(part) or 1 for part in parts)
        return b"".join(parts)

    def drop(self) -> None:
        """Forget what is incomplete, when bytes were lost."""
        self._pending.clear()
        self._held = 0
