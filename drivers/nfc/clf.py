"""Contactless readers that nfcpy drives: PN532 on a serial line or USB, ACR122U, RC-S380.

Unlike PC/SC readers they let the rig poll as it likes: Apple's phones answer only whoever has
called them (``ecp``). A reader recovers by itself: after a LinkLost or ReaderSilent the next wait
opens its port again, which a virtual line, or one named by-id, may have under another number.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Literal

from drivers.api.clock import SystemClock
from drivers.api.device import Finding, Identity
from drivers.api.errors import (
    CardLost,
    DeviceNotFound,
    DriverError,
    FrameError,
    LinkLost,
    LinkTimeout,
    ReaderSilent,
)
from drivers.api.nfc import CardLink, FrontEndLine, NfcReader, PollingReader, Sightings
from drivers.api.trace import Exchange
from drivers.nfc.clf_front_end import FrontEnd
from drivers.nfc.clf_library import serial_port
from drivers.nfc.clf_link import ClfLink
from drivers.nfc.polling import PollingLoop

_CALLS_KEPT = 32
_UNCALLED = PollingLoop()


class ClfReader(NfcReader, PollingReader):
    """A front end of nfcpy's. Used by one thread at a time; ``close`` may come from any.

    ``path``: a device file (best one in /dev/serial/by-id), ``tty:USB0:pn532`` or
    ``usb:072f:2200``. ``apdu_timeout_s`` bounds one APDU; beyond it the card counts as mute.
    ``baud`` is the speed of a serial line; boards that lose octets at the higher ones are known.
    ``polling`` says what is sent until a card answers.
    """

    def __init__(
        self,
        path: str | FrontEndLine,
        apdu_timeout_s: float = 5.0,
        baud: Literal[115200, 230400, 460800, 921600] = 115200,
        polling: PollingLoop = _UNCALLED,
    ) -> None:
        self.apdu_timeout_s = apdu_timeout_s
        self._path, self._baud = path, baud
        clock = SystemClock() if isinstance(path, str) else path.clock
        self._now_ns = clock.now_ns  # what marks and calls are stamped with
        self._loop, self._each_round = polling, polling.each_round
        serial_port(self._address)  # refuses what is no path
        self.lock = threading.RLock()
        self._stop = threading.Event()
        self._link: ClfLink | None = None
        self._watch = _Watch()
        try:
            self._front_end = self._open()
        except DriverError as exc:
            raise DeviceNotFound(str(exc.args[0]), device=self._address) from exc

    def wait_for_card(self, timeout_s: float) -> CardLink | None:
        deadline_ns = time.perf_counter_ns() + round(timeout_s * 1e9)
        while True:
            began_ns = time.perf_counter_ns()
            with self.lock:
                front_end = self._service()
                if (link := self._round(front_end)) is not None:
                    self._link = link
                    return link
            if time.perf_counter_ns() >= deadline_ns:
                return None
            self._rest(began_ns, deadline_ns)

    def wait_for_removal(self, timeout_s: float) -> bool:
        deadline_ns = time.perf_counter_ns() + round(timeout_s * 1e9)
        while True:
            began_ns = time.perf_counter_ns()
            with self.lock:
                if self._is_empty(self._service()):
                    self._link = None
                    return True
            if time.perf_counter_ns() >= deadline_ns:
                return False
            self._rest(began_ns, deadline_ns)

    def close(self) -> None:
        self._stop.set()
        with self.lock:
            self._front_end.close()

    def identity(self) -> Identity:
        with self.lock:
            front_end = self._service()
            maker, product = front_end.made_by
            port = serial_port(self._address)
            return Identity(maker, product or front_end.name, port, front_end.name)

    def self_test(self) -> tuple[Finding, ...]:
        try:
            with self.lock:
                self._service().check()
        except DriverError as exc:
            return (Finding("the front end answers", ok=False, advice=str(exc)),)
        return (Finding("the front end answers", ok=True),)

    def sightings(self) -> Sightings:
        return self._watch.told()

    def label(self) -> str:
        return self.name or self._address

    @property
    def _address(self) -> str:
        return self._path if isinstance(self._path, str) else self._path.path

    def _open(self) -> FrontEnd:
        return FrontEnd(self._address, self._baud, self._loop, self._now_ns, self.label, self._stop)

    def _service(self) -> FrontEnd:
        """The front end, opened again if it has failed."""
        if self._stop.is_set():
            raise LinkLost("the reader was closed", device=self.label())
        if not self._front_end.alive:
            try:
                self._front_end = self._open()
            except DriverError as exc:
                why = f"cannot be opened again: {exc.args[0]}"
                raise LinkLost(why, device=self.label()) from exc
        return self._front_end

    def _rest(self, began_ns: int, deadline_ns: int) -> None:
        """Wait for the next round; closing ends it."""
        next_ns = min(began_ns + round(self._loop.period_ms * 1e6), deadline_ns)
        self._stop.wait(max(0.0, (next_ns - time.perf_counter_ns()) / 1e9))

    def _round(self, front_end: FrontEnd) -> ClfLink | None:
        """One round of polling, and the link to what answered."""
        if self._link is not None and front_end.alive:
            front_end.reset_field()  # a card that was served hears no poll
            self._link.ended = self._link.ended or "another visit has begun"
            self._link = None
        if self._loop.order == "before_poll":
            self._call(front_end)
        target = front_end.poll()
        self._watch.polls += 1
        if target is None:
            if self._loop.order == "after_poll":
                self._call(front_end)
            return None
        seen_ns = self._now_ns()
        try:
            link = ClfLink(self, front_end, target, seen_ns, tuple(self._watch.calls))
        except ReaderSilent:
            raise
        except (CardLost, LinkTimeout, FrameError) as exc:  # left again, or speaks no ISO-DEP
            self._watch.missed(str(exc.args[0]))
            return None
        self._watch.begin()
        return link

    def _call(self, front_end: FrontEnd) -> None:
        for frame in self._each_round:
            self._watch.called(front_end.call(frame))

    def _is_empty(self, front_end: FrontEnd) -> bool:
        """Whether what was served has left; what was never served only has to be silent."""
        link = self._link
        if link is not None and link.lost:
            return True
        if link is not None and not link.ended:
            if front_end.is_present(link.tag, link.air):
                return False
            link.ended = "the card left the field"
            return True
        return self.is_field_empty(front_end)

    def is_field_empty(self, front_end: FrontEnd) -> bool:
        """Whether nothing answers in a fresh field, called or not."""
        front_end.reset_field()
        if front_end.poll() is not None:
            return False
        for frame in self._each_round:
            self._watch.called(front_end.call(frame))
        return not self._each_round or front_end.poll() is None


class _Watch:
    """What came of the polling since a card was activated last."""

    def __init__(self) -> None:
        self.calls: deque[Exchange] = deque(maxlen=_CALLS_KEPT)
        self.begin()

    def begin(self) -> None:
        self.polls = self.answered = self.count = 0
        self.why = ""
        self.calls.clear()

    def called(self, call: Exchange) -> None:
        self.count += 1
        self.calls.append(call)

    def missed(self, why: str) -> None:
        self.answered += 1
        self.why = why

    def told(self) -> Sightings:
        return Sightings(self.polls, self.answered, self.count, tuple(self.calls), self.why)
