"""Time: one monotonic clock for all marks, and the calendar for validity periods."""

from __future__ import annotations

import abc
import time
from datetime import UTC, datetime, timedelta


class Clock(abc.ABC):
    """The bench's time. A virtual world may bring its own, whose calendar can be moved on."""

    @abc.abstractmethod
    def now_ns(self) -> int:
        """Monotonic time in nanoseconds; its zero means nothing."""

    @abc.abstractmethod
    def utc(self) -> datetime:
        """The calendar, with time zone."""

    @abc.abstractmethod
    def sleep(self, duration_s: float) -> None:
        """Let this much of the clock's own time pass."""


class MovableClock(Clock):
    """A clock whose calendar can be moved on at once; only a virtual world has one.

    ``now_ns`` is not moved, so that latencies stay real; whatever counts in minutes or hours
    counts by ``utc``.
    """

    @abc.abstractmethod
    def advance(self, by: timedelta) -> None:
        """Let this much time pass on the calendar, at once. Raises ValueError for a step back."""

    @abc.abstractmethod
    def rewind(self) -> None:
        """Take back what was advanced: the next test begins on the day it would have without."""


class TimeSource(abc.ABC):
    """A device that brings the time of its whole bench."""

    @property
    @abc.abstractmethod
    def clock(self) -> MovableClock:
        """The clock that everything on the bench reads."""


class SystemClock(Clock):
    """The machine's clock."""

    def now_ns(self) -> int:
        return time.perf_counter_ns()

    def utc(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, duration_s: float) -> None:
        time.sleep(duration_s)
