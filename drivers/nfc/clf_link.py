"""A card in the field of a front end that nfcpy drives, and what its failures were."""

from __future__ import annotations

import threading
from typing import Any, Protocol

from drivers.api.errors import (
    CardLost,
    DriverError,
    FrameError,
    LinkLost,
    LinkTimeout,
    ReaderSilent,
)
from drivers.api.nfc import CardLink, Target
from drivers.api.trace import Exchange
from drivers.nfc.clf_front_end import FrontEnd


class Owner(Protocol):
    """The reader, as its link needs it."""

    apdu_timeout_s: float
    lock: threading.RLock

    def label(self) -> str: ...
    def is_field_empty(self, front_end: FrontEnd) -> bool:
        """Whether nothing answers in a fresh field, called or not."""
        ...


class ClfLink(CardLink):
    """A card in the field of a ClfReader. Closing leaves it activated, as a PC/SC link does."""

    def __init__(
        self,
        reader: Owner,
        front_end: FrontEnd,
        found: Any,
        seen_ns: int,
        calls: tuple[Exchange, ...],
    ) -> None:
        self.lost = False  # it was seen to leave
        self.ended = ""  # why no more APDUs pass
        self._reader, self._front_end, self._found = reader, front_end, found
        self.tag, ats, self.air = front_end.activate(found)
        self.target = Target(seen_ns, ats.octets, calls)

    def transceive(self, apdu: bytes) -> bytes:
        with self._reader.lock:
            self._refuse_if_ended()
            try:
                answer = self._front_end.transceive(
                    self.tag, self.air, apdu, self._reader.apdu_timeout_s
                )
            except ReaderSilent as exc:
                self._end(exc)
                raise
            except (LinkTimeout, FrameError) as exc:
                raise self._judged(exc) from exc
            except LinkLost as exc:
                self._end(exc)
                raise
            return answer

    def reset(self, *, cold: bool) -> None:
        with self._reader.lock:
            self._refuse_if_ended()
            try:
                if cold:
                    self._front_end.reset_field()
                    self._found = self._front_end.poll_again()
                else:
                    self._front_end.wake(self._found)
                self.tag, _, self.air = self._front_end.activate(self._found)
            except ReaderSilent as exc:
                self._end(exc)
                raise
            except (LinkTimeout, FrameError) as exc:
                raise self._judged(exc) from exc

    def close(self) -> None:
        """Nothing to let go of: the visit ends when the card leaves or is polled again."""

    def _refuse_if_ended(self) -> None:
        if self.lost:
            raise CardLost("the card left the field", device=self._reader.label())
        if self.ended:
            raise LinkLost(f"the link ended: {self.ended}", device=self._reader.label())

    def _judged(self, exc: DriverError) -> DriverError:
        """What a failure on the air was: the card's leaving, its silence, or broken octets."""
        self._end(exc)
        try:
            empty = self._reader.is_field_empty(self._front_end)
        except DriverError as of_the_reader:
            return of_the_reader
        label = self._reader.label()
        if empty:
            self.lost = True
            return CardLost(f"the card left the field: {exc.args[0]}", device=label)
        exc.device = exc.device or label
        return exc

    def _end(self, exc: DriverError) -> None:
        self.ended = str(exc.args[0])
