"""The blocks of ISO 14443-4 as octets, without their CRC: clause 7.1."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_CID_FOLLOWS, _NAD_FOLLOWS, _CHAINING, _NAK = 0x08, 0x04, 0x10, 0x10
FRAME_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256, 512, 1024, 2048, 4096)
"""Octets of a frame, CRC included, by FSDI or FSCI."""


def frame_size(code: int) -> int:
    """The size a code stands for; one that is reserved counts as the largest."""
    return FRAME_SIZES[min(code, len(FRAME_SIZES) - 1)]


class Kind(Enum):
    """What a block is, by its first octet where the bits for number, CID and NAD are 0."""

    INFORMATION = 0x02
    ACK = 0xA2
    NAK = 0xB2
    DESELECT = 0xC2
    WAITING = 0xF2


@dataclass(frozen=True, slots=True)
class Block:
    """One block. ``number`` is of I- and R-blocks, ``nad`` of I-blocks only."""

    kind: Kind
    number: int = 0
    more: bool = False
    cid: int | None = None
    nad: int | None = None
    inf: bytes = b""

    def encode(self) -> bytes:
        """Its octets; the power level in the CID octet is 0, as from a chip that has enough."""
        pcb = self.kind.value
        if self.kind in (Kind.INFORMATION, Kind.ACK, Kind.NAK):
            pcb |= self.number
        pcb |= _CHAINING if self.more else 0
        head = b""
        if self.cid is not None:
            pcb, head = pcb | _CID_FOLLOWS, bytes((self.cid,))
        if self.nad is not None:
            pcb, head = pcb | _NAD_FOLLOWS, head + bytes((self.nad,))
        return bytes((pcb,)) + head + self.inf


def decode(data: bytes) -> Block | None:
    """A block from its octets; None where they are none."""
    if not data:
        return None
    pcb, rest = data[0], data[1:]
    if pcb & 0xE2 == 0x02:
        return _parsed(Kind.INFORMATION, pcb, rest)
    if pcb & 0xE6 == 0xA2:
        block = _parsed(Kind.NAK if pcb & _NAK else Kind.ACK, pcb & ~_NAK, rest)
        return block if block and not block.inf else None
    if pcb & 0xF7 == Kind.DESELECT.value:
        return _parsed(Kind.DESELECT, pcb & _CID_FOLLOWS, rest)
    if pcb & 0xF7 == Kind.WAITING.value:
        block = _parsed(Kind.WAITING, pcb & _CID_FOLLOWS, rest)
        return block if block and len(block.inf) == 1 else None
    return None


def _parsed(kind: Kind, pcb: int, rest: bytes) -> Block | None:
    cid = nad = None
    if pcb & _CID_FOLLOWS:
        if not rest:
            return None
        cid, rest = rest[0] & 0x0F, rest[1:]
    if kind is Kind.INFORMATION and pcb & _NAD_FOLLOWS:
        if not rest:
            return None
        nad, rest = rest[0], rest[1:]
    numbered = kind in (Kind.INFORMATION, Kind.ACK, Kind.NAK)
    return Block(kind, pcb & 1 if numbered else 0, bool(pcb & _CHAINING), cid, nad, rest)
