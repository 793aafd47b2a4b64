"""What goes over a card reader's bulk pipes (USB CCID 1.1, 6.1 and 6.2).

A message either way is a head of ten octets, little-endian, and its data.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from drivers.api.errors import FrameError

_HEAD = struct.Struct("<BIBB3s")
_ANSWER = struct.Struct("<BIBBBBB")
_FAILED, _TIME_EXTENSION = 0x40, 0x80  # bmCommandStatus, beside the card's state
LONGEST_DATA = 65_544
LONGEST = _HEAD.size + LONGEST_DATA  # dwMaxCCIDMessageLength
PARAMETERS = bytes.fromhex("11 10 00 4D 00 20 00")  # T=1 (6.2.3): for the record, nobody uses them
_T1 = 1


class Ask(IntEnum):
    """What the host asks (6.1)."""

    SET_PARAMETERS = 0x61
    POWER_ON = 0x62
    POWER_OFF = 0x63
    SLOT_STATUS = 0x65
    GET_PARAMETERS = 0x6C
    RESET_PARAMETERS = 0x6D
    TRANSFER = 0x6F


class Card(IntEnum):
    """The card, as each answer tells it: bmICCStatus (6.2.6)."""

    ACTIVE = 0
    INACTIVE = 1
    NONE = 2


class Error(IntEnum):
    """Why a command failed (6.2.6); below 128 the offset of what was wrong in it."""

    NOT_SUPPORTED = 0x00
    WRONG_LENGTH = 0x01
    NO_SUCH_SLOT = 0x05
    CARD_MUTE = 0xFE


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``kind`` is an ``Ask``, or one that this reader does not have."""

    kind: int
    slot: int
    sequence: int
    data: bytes = b""

    def data_block(self, card: Card, data: bytes) -> bytes:
        """What a card has answered, or its ATR (6.2.1)."""
        return self._answer(0x80, card.value, data=data)

    def slot_status(self, card: Card) -> bytes:
        """How the slot is (6.2.2)."""
        return self._answer(0x81, card.value)

    def parameters(self, card: Card) -> bytes:
        """By which protocol card and reader would talk if it were the host's business (6.2.3)."""
        return self._answer(0x82, card.value, last=_T1, data=PARAMETERS)

    def failure(self, card: Card, error: Error) -> bytes:
        """The command's own answer, with what was wrong and no data."""
        return self._answer(_ANSWERED_BY.get(self.kind, 0x81), _FAILED | card, error)

    def time_extension(self, card: Card) -> bytes:
        """The card needs longer; the answer is still to come."""
        return self._answer(_ANSWERED_BY.get(self.kind, 0x81), _TIME_EXTENSION | card, 1)

    def _answer(
        self, kind: int, status: int, error: int = 0, last: int = 0, data: bytes = b""
    ) -> bytes:
        return _ANSWER.pack(kind, len(data), self.slot, self.sequence, status, error, last) + data


_ANSWERED_BY: dict[int, int] = {
    Ask.POWER_ON: 0x80,
    Ask.TRANSFER: 0x80,
    Ask.GET_PARAMETERS: 0x82,
    Ask.RESET_PARAMETERS: 0x82,
    Ask.SET_PARAMETERS: 0x82,
}


class CommandStream:
    """Cuts what comes in transfers of any size into commands."""

    def __init__(self) -> None:
        self._heard = bytearray()

    def feed(self, data: bytes) -> Iterator[Command]:
        """The commands that are whole now. FrameError for one too long for any reader."""
        self._heard += data
        while len(self._heard) >= _HEAD.size:
            kind, length, slot, sequence, _ = _HEAD.unpack_from(self._heard)
            if length > LONGEST_DATA:
                self._heard.clear()
                raise FrameError(f"a CCID message with {length} octets of data")
            end = _HEAD.size + length
            if len(self._heard) < end:
                return
            body = bytes(self._heard[_HEAD.size : end])
            del self._heard[:end]
            yield Command(kind, slot, sequence, body)


def slot_change(*, present: bool) -> bytes:
    """The message of the interrupt pipe: a card came into slot 0, or went (6.3.1)."""
    return bytes((0x50, 0b11 if present else 0b10))
