"""How a reader finds and selects a chip: ISO 14443-3, clause 6, one chip in the field.

Frames come as they were on the air. Bit collisions need a second chip, and a place holds one: a
reader that asks with a part of the UID is answered where that part is of whole octets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

from drivers.sim.isodep.crc import with_crc, without_crc

REQA, WUPA, HLTA = 0x26, 0x52, bytes.fromhex("5000")
SELECT_LEVELS = (0x93, 0x95, 0x97)
CASCADE_TAG, CASCADE = 0x88, 0x04  # before a part of a long UID; bit of SAK while parts are missing
ISO_DEP = 0x20  # bit of SAK
_WHOLE, _NOTHING = 0x70, 0x20  # NVB: select with all 40 bits; ask with none
_SIZES = {4: 0x04, 7: 0x44, 10: 0x84}  # ATQA, its first octet: bit frame anticollision, UID size


@dataclass(frozen=True, slots=True)
class Frame:
    """What was on the air; of the last octet only ``last_bits`` bits, 0 being all of them."""

    data: bytes
    last_bits: int = 0

    @property
    def is_short(self) -> bool:
        """Seven bits: what polls."""
        return len(self.data) == 1 and self.last_bits == 7


class State(Enum):
    """Where the chip stands (figure 7)."""

    IDLE = "idle"
    READY = "ready"
    ACTIVE = "active"


def levels_of(uid: bytes) -> tuple[bytes, ...]:
    """The parts in which a UID is asked for, each with its check octet BCC."""
    parts = []
    while len(uid) > 4:
        parts.append(bytes((CASCADE_TAG,)) + uid[:3])
        uid = uid[3:]
    return tuple(part + bytes((reduce(xor, part),)) for part in (*parts, uid))


class Selection:
    """The state machine up to the selected chip. What it does not expect, it does not answer."""

    def __init__(self, uid: bytes) -> None:
        self.uid = uid
        self.state = State.IDLE
        self._levels = levels_of(uid)
        self._level = 0
        self._halted = False

    @property
    def atqa(self) -> bytes:
        """SENS_RES, in the order of the air."""
        return bytes((_SIZES[len(self.uid)], 0x00))

    def halt(self) -> None:
        """From here only WUPA finds it."""
        self.state, self._halted = State.IDLE, True

    def hear(self, frame: Frame) -> bytes | None:
        """Answer a frame; None for silence."""
        if frame.is_short:
            return self._polled(frame.data[0])
        answer = None
        if not frame.last_bits and self.state is State.READY:
            answer = self._asked(frame.data)
        elif without_crc(frame.data) == HLTA and self.state is State.ACTIVE:
            self.halt()
        if answer is None:
            self.state = State.IDLE  # 6.3: whatever it did not expect; a halted one stays halted
        return answer

    def _polled(self, command: int) -> bytes | None:
        expected = command == WUPA or (command == REQA and not self._halted)
        if not expected or self.state is not State.IDLE:
            self.state = State.IDLE
            return None
        self.state, self._level = State.READY, 0
        return self.atqa

    def _asked(self, data: bytes) -> bytes | None:
        part = self._levels[self._level]
        if len(data) < 2 or data[0] != SELECT_LEVELS[self._level]:
            return None
        if data[1] == _WHOLE:
            return self._select(without_crc(data), data[:2] + part)
        known, bits = divmod(data[1] - _NOTHING, 16)
        if bits or not 0 <= known < len(part) or data[2:] != part[:known]:
            return None
        return part[known:]

    def _select(self, data: bytes | None, expected: bytes) -> bytes | None:
        if data != expected:
            return None
        self._level += 1
        if self._level < len(self._levels):
            return with_crc(bytes((CASCADE,)))
        self.state = State.ACTIVE
        return with_crc(bytes((ISO_DEP,)))
