"""The time of a virtual bench: real for latencies, movable for hours."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from drivers.api.clock import Bell, MovableClock
from drivers.api.errors import DriverError
from drivers.sim.skipping import Skipper


class WorldClock(MovableClock):
    """The calendar goes on with the clock's time, from ``start`` and whatever was advanced since.

    Time passes as real time does, and what everybody waits for inside ``skipping`` is skipped; or
    it is ``virtual``: it passes by skipping alone. Safe to use from several threads.
    """

    def __init__(self, start: str = "", *, virtual: bool = False) -> None:
        """``start`` is a date, or a date and time, in ISO 8601; UTC unless it says otherwise.

        Without it the calendar is the machine's. Raises DriverError for anything else.
        """
        self._lock = threading.Lock()
        self.virtual = virtual
        self._skipper = Skipper(flows=not virtual)
        self._began = datetime.now(UTC)
        self._began_ns = self._skipper.now_ns()
        self._ahead = timedelta(0) if not start else _parsed(start) - self._began
        self._at_first = self._ahead
        self._after: list[Callable[[], None]] = []

    def now_ns(self) -> int:
        return self._skipper.now_ns()

    def utc(self) -> datetime:
        passed = timedelta(microseconds=(self.now_ns() - self._began_ns) / 1000)
        return self._began + passed + self._ahead

    def sleep(self, duration_s: float) -> None:
        self._skipper.sleep(duration_s)

    def bell(self) -> Bell:
        return self._skipper.bell()

    def thread(self, work: Callable[[], None], name: str) -> threading.Thread:
        return self._skipper.thread(work, name)

    def skipping(self) -> AbstractContextManager[None]:
        return self._skipper.skipping()

    def elsewhere(self) -> AbstractContextManager[None]:
        return self._skipper.elsewhere()

    def advance(self, by: timedelta) -> None:
        if by < timedelta(0):
            raise ValueError(f"time does not go back by {-by}")
        with self._lock:
            self._ahead += by
        for notify in tuple(self._after):
            notify()

    def rewind(self) -> None:
        with self._lock:
            self._ahead = self._at_first

    def after_advance(self, notify: Callable[[], None]) -> None:
        """Have ``notify`` called each time the calendar was moved on."""
        self._after.append(notify)


def _parsed(start: str) -> datetime:
    try:
        begin = datetime.fromisoformat(start)
    except ValueError as exc:
        raise DriverError(f"start {start!r} is no date in ISO 8601") from exc
    return begin if begin.tzinfo else begin.replace(tzinfo=UTC)
