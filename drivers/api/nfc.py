"""NFC contracts: a reader finds cards, a link carries APDUs to one of them."""

from __future__ import annotations

import abc
from dataclasses import dataclass

from drivers.api.clock import Clock
from drivers.api.device import Device
from drivers.api.trace import Exchange


@dataclass(frozen=True, slots=True)
class Target:
    """What the reader learned when it activated the card: its ATR (PC/SC) or ATS, and when.

    ``calls`` are the polling frames that were broadcast before it answered, the last ones if
    there were many; empty where a reader sends none, or keeps its polling to itself.
    """

    seen_ns: int
    atr: bytes
    calls: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Sightings:
    """What came of a reader's polling since a card was activated last, or it was opened."""

    polls: int  # that something could have answered
    answered: int  # of these, by something that was then not activated
    called: int  # calling frames sent, ECP for example
    calls: tuple[Exchange, ...]  # the last of them
    why: str = ""  # the last one that answered was not activated

    def __str__(self) -> str:
        sent = sorted({call.command.hex().upper() for call in self.calls})
        calls = f"{self.called} calling frames ({', '.join(sent)})" if sent else "no calling frame"
        if self.answered:
            return f"seen {self.answered} times and never activated: {self.why}"
        return f"never seen: {self.polls} polls, {calls}"


class CardLink(abc.ABC):
    """An activated card or phone in the field of one reader."""

    target: Target

    @abc.abstractmethod
    def transceive(self, apdu: bytes) -> bytes:
        """Send one command APDU, short or extended; return the response, status word included.

        Raises CardLost when the card has left, LinkTimeout when it stays mute beyond the
        reader's ``apdu_timeout_s``, LinkLost when the reader itself is gone.
        """

    @abc.abstractmethod
    def reset(self, *, cold: bool) -> None:
        """Reset the card: warm keeps the field, cold takes it away and brings it back."""

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of the card. Idempotent."""


class NfcReader(Device):
    """A reader that activates one target at a time."""

    @abc.abstractmethod
    def wait_for_card(self, timeout_s: float) -> CardLink | None:
        """Return a link to the target in the field, or None when time is up.

        ``Target.seen_ns`` is stamped at detection, by the bench's clock. A card that was
        already there when the last link closed is returned again at once: call
        ``wait_for_removal`` in between to serve each visit once.
        """

    @abc.abstractmethod
    def wait_for_removal(self, timeout_s: float) -> bool:
        """Whether the field was empty before time was up."""


class PollingReader(abc.ABC):
    """A reader that knows what it sends before a card answers."""

    @abc.abstractmethod
    def sightings(self) -> Sightings:
        """Tell *never seen* from *seen, but not answering*. Any thread may ask."""


class ReaderPort(abc.ABC):
    """Something that knows the PC/SC name of a reader it stands behind (a virtual slot)."""

    @property
    @abc.abstractmethod
    def reader_name(self) -> str:
        """The PC/SC reader name to open."""

    @property
    @abc.abstractmethod
    def clock(self) -> Clock:
        """The bench's clock, which the reader's stamps are to be of."""


class FrontEndLine(abc.ABC):
    """Something that knows the serial line of a contactless front end (a virtual chip)."""

    @property
    @abc.abstractmethod
    def path(self) -> str:
        """The device to open, such as "/dev/pts/4". Plugged in again, it may have another one."""

    @property
    @abc.abstractmethod
    def clock(self) -> Clock:
        """The bench's clock, which the reader's stamps are to be of."""
