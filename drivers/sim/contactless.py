"""What a chip shows of itself in a contactless field before any APDU: ISO 14443-3 and the ATS.

A ``ChipCard`` that is ``Contactless`` says so itself. For any other the front is made up from its
ATR, as a PC/SC reader makes up the ATR from the front (PC/SC part 3, 3.1.3.2.3.1).
"""

from __future__ import annotations

import abc
import hashlib
import random
from dataclasses import dataclass

from drivers.sim.world import ChipCard

_CONTACTLESS_ATR, _ATR_HEAD = b"\x80\x01", 4
_NXP = 0x04  # manufacturer, first octet of a 7-octet UID (ISO 7816-6)
_RANDOM = 0x08  # first octet of a random UID (ISO 14443-3, 6.5.4)


@dataclass(frozen=True, slots=True)
class Front:
    """The RF side of a chip. Times and sizes are ISO 14443-4's codes.

    ``uid`` b"" is a random one of four octets, another one in every field. ``fwi``: it answers
    within 302 us times 2 to this power, or asks for more time. Which codes real phones and cards
    have is not in the sources; these are the lab's.
    """

    uid: bytes = b""
    fsci: int = 8  # it takes frames of 256 octets
    fwi: int = 8  # 77 ms
    sfgi: int = 0
    takes_cid: bool = True
    takes_nad: bool = False
    historical: bytes = b""

    def drawn_uid(self, chance: random.Random) -> bytes:
        """The UID it has in a new field."""
        return self.uid or bytes((_RANDOM,)) + chance.randbytes(3)

    @property
    def ats(self) -> bytes:
        """The answer to select, its length first (ISO 14443-4, 5.2)."""
        formats = 0x70 | self.fsci  # TA, TB and TC follow
        ta = 0x80  # 106 kbit/s only, both ways
        tb = self.fwi << 4 | self.sfgi
        tc = self.takes_cid << 1 | self.takes_nad
        body = bytes((formats, ta, tb, tc)) + self.historical
        return bytes((len(body) + 1,)) + body


class Listener(abc.ABC):
    """What a chip makes of a reader's polling: it may want to be called before it answers."""

    @abc.abstractmethod
    def enter(self) -> None:
        """It came to a reader whose polling it can hear."""

    @abc.abstractmethod
    def leave(self) -> None:
        """It left; other readers tell nothing of their polling."""

    @abc.abstractmethod
    def field(self, *, on: bool) -> None:
        """The field came or went."""

    @abc.abstractmethod
    def hear(self, frame: bytes) -> None:
        """A frame that is no command to it, its CRC_A checked and taken off."""

    @property
    @abc.abstractmethod
    def awake(self) -> bool:
        """Whether it answers now."""


class Contactless(abc.ABC):
    """A ChipCard that knows its RF side. ``listener`` None answers whoever polls."""

    front: Front
    listener: Listener | None = None


def front_of(card: ChipCard) -> Front:
    """The RF side of any chip."""
    if isinstance(card, Contactless):
        return card.front
    return Front(uid=fixed_uid(card.atr.hex()), historical=_historical(card.atr))


def listener_of(card: ChipCard) -> Listener | None:
    """What it makes of polling; None where it answers at once."""
    return card.listener if isinstance(card, Contactless) else None


def fixed_uid(name: str) -> bytes:
    """The seven octets of a card that has the same UID all its life."""
    return bytes((_NXP,)) + hashlib.sha256(f"UID of {name}".encode()).digest()[:6]


def _historical(atr: bytes) -> bytes:
    """The historical bytes in a contactless ATR; none in any other."""
    count = atr[1] & 0x0F if len(atr) > _ATR_HEAD else 0
    return atr[_ATR_HEAD : _ATR_HEAD + count] if atr[2:_ATR_HEAD] == _CONTACTLESS_ATR else b""
