"""One connection to pcscd whose calls always come back, with a result or with our error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from drivers.api.errors import CardLost, DriverError, LinkLost, LinkTimeout
from drivers.nfc.pcsc_errors import (
    SUCCESS,
    TIMED_OUT,
    silent_loss,
    translate_code,
    translate_exception,
)
from drivers.nfc.pcsc_library import check_service, load_scard
from drivers.nfc.pcsc_watch import CallWatch

SERVICE_TIMEOUT_S = 5.0
_ESTABLISHING = threading.Lock()
_PRESENT, _MUTE, _GONE = 0x20, 0x200, 0x4 | 0x8
_CHANGED = 0x2


@dataclass(frozen=True, slots=True)
class ReaderState:
    """What pcscd knows of one reader: the state word, and how often cards came and went."""

    word: int

    @property
    def has_card(self) -> bool:
        """Whether there is a card that answered to reset."""
        return bool(self.word & _PRESENT) and not self.word & _MUTE

    @property
    def is_empty(self) -> bool:
        """Whether the field is empty."""
        return not self.word & _PRESENT

    @property
    def events(self) -> int:
        """Insertions and removals since pcscd met the reader."""
        return self.word >> 16


class PcscContext:
    """A PC/SC context and the watch over it. For one thread, besides ``break_off``.

    ``label`` tells the device's name for errors at the time they are raised. Once ``alive`` is
    False every call fails, and only a new context helps.
    """

    def __init__(
        self, label: Callable[[], str], service_timeout_s: float = SERVICE_TIMEOUT_S
    ) -> None:
        self.scard = load_scard()
        self.label = label
        self.timeout_s = service_timeout_s
        with _ESTABLISHING:
            check_service()
            while not self._establish():
                self.release()

    def _establish(self) -> bool:
        self.alive = True
        self.watch = CallWatch()
        self._handle: Any = None
        try:
            (self._handle,) = self.call(
                "connect to pcscd", self.scard.SCardEstablishContext, self.scard.SCARD_SCOPE_USER
            )
        except DriverError:
            self.watch.stop()
            raise
        return self.watch.adopt()

    def call(
        self, doing: str, function: Callable[..., Any], *args: object, extra_s: float = 0
    ) -> list[Any]:
        """Call into the library under the watch; return its results without the code."""
        code, results = self._ask(doing, function, *args, extra_s=extra_s)
        if code != SUCCESS:
            raise self.failure(doing, code)
        return results

    def _ask(
        self, doing: str, function: Callable[..., Any], *args: object, extra_s: float
    ) -> tuple[int, list[Any]]:
        self.watch.arm(self.timeout_s + extra_s)
        try:
            answer = function(*args)
        except (SystemError, self.scard.error, TypeError, ValueError) as exc:
            raise self.exception(doing, exc) from exc
        finally:
            self.watch.deadline_ns = 0
        code, *results = answer if isinstance(answer, list) else [answer]
        return code & 0xFFFFFFFF, results

    def failure(self, doing: str, code: int) -> DriverError:
        """Return the error for a code; success here means success with an empty answer."""
        if not self.alive:
            return self._ended(doing)
        if self.watch.expired:
            self.alive = False
            return LinkTimeout(f"{doing}: no answer; call broken off", device=self.label())
        if code == SUCCESS:
            return silent_loss(doing, device=self.label())
        return self._noted(translate_code(code, doing, device=self.label()))

    def exception(self, doing: str, exc: Exception) -> DriverError:
        """Return the error for what pyscard raised."""
        if not self.alive:
            return self._ended(doing)
        return self._noted(translate_exception(exc, doing, device=self.label()))

    def break_off(self) -> None:
        """Make a call under way in another thread return at once, with LinkLost there."""
        self.alive = False
        self.watch.break_off()

    def _ended(self, doing: str) -> LinkLost:
        # Whatever the library says of a handle that was taken from under it.
        return LinkLost(f"{doing}: the connection to pcscd has ended", device=self.label())

    def _noted(self, error: DriverError) -> DriverError:
        if isinstance(error, LinkLost) and not isinstance(error, CardLost):
            self.alive = False
        return error

    def readers(self) -> list[str]:
        """Names of the readers pcscd knows."""
        doing = "list readers"
        code, results = self._ask(doing, self.scard.SCardListReaders, self._handle, [], extra_s=0)
        if code == self.scard.SCARD_E_NO_READERS_AVAILABLE & 0xFFFFFFFF:
            return []
        if code != SUCCESS:
            raise self.failure(doing, code)
        return list(results[0])

    def state(self, reader: str, known: int, timeout_s: float) -> ReaderState | None:
        """Wait until the reader's state differs from ``known`` (0: tell it now); None in vain."""
        doing = "watch the field"
        code, results = self._ask(
            doing,
            self.scard.SCardGetStatusChange,
            self._handle,
            max(0, round(timeout_s * 1000)),
            [(reader, known)],
            extra_s=timeout_s,
        )
        if code == TIMED_OUT:
            return None
        if code != SUCCESS:
            raise self.failure(doing, code)
        word = int(results[0][0][1]) & ~_CHANGED
        if word & _GONE:
            raise self.failure(doing, self.scard.SCARD_E_READER_UNAVAILABLE)
        return ReaderState(word)

    def connect(self, reader: str, share: int, protocols: int) -> tuple[Any, int]:
        """Open the card in a reader, or with SCARD_SHARE_DIRECT the reader; handle, protocol."""
        card, protocol = self.call(
            "connect to the card", self.scard.SCardConnect, self._handle, reader, share, protocols
        )
        return card, protocol

    def control(self, card: object, code: int, data: bytes) -> bytes:
        """Hand data to the reader itself; what it answers."""
        doing = "speak to the reader"
        (answer,) = self.call(doing, self.scard.SCardControl, card, code, list(data))
        return bytes(answer)

    def attribute(self, card: object, name: int) -> bytes:
        """Read a reader attribute; empty where the reader does not have it."""
        code, results = self._ask(
            "read attribute", self.scard.SCardGetAttrib, card, name, extra_s=0
        )
        return bytes(results[0]) if code == SUCCESS else b""

    def release(self) -> None:
        """Give everything back. Idempotent; never raises for a service that is already gone."""
        self.alive = False
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        with suppress(DriverError):  # the service is gone, and our context with it
            self.call("leave pcscd", self.scard.SCardReleaseContext, handle)
        self.watch.stop()
