"""The time of a virtual bench: real for latencies, movable for hours."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from drivers.api.clock import MovableClock
from drivers.api.errors import DriverError


class WorldClock(MovableClock):
    """The calendar goes on with real time, from ``start`` and whatever was advanced since.

    Safe to use from several threads.
    """

    def __init__(self, start: str = "") -> None:
        """``start`` is a date, or a date and time, in ISO 8601; UTC unless it says otherwise.

        Without it the calendar is the machine's. Raises DriverError for anything else.
        """
        self._lock = threading.Lock()
        self._ahead = timedelta(0) if not start else _parsed(start) - datetime.now(UTC)
        self._at_first = self._ahead
        self._after: list[Callable[[], None]] = []

    def now_ns(self) -> int:
        return time.perf_counter_ns()

    def utc(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def sleep(self, duration_s: float) -> None:
        time.sleep(duration_s)

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
