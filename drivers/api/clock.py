"""Time: one monotonic clock for all marks, and the calendar for validity periods."""

from __future__ import annotations

import abc
import time
from datetime import UTC, datetime


class Clock(abc.ABC):
    """The bench's time. A virtual world may bring its own, which runs faster."""

    @abc.abstractmethod
    def now_ns(self) -> int:
        """Monotonic time in nanoseconds; its zero means nothing."""

    @abc.abstractmethod
    def utc(self) -> datetime:
        """The calendar, with time zone."""

    @abc.abstractmethod
    def sleep(self, duration_s: float) -> None:
        """Let this much of the clock's own time pass."""


class SystemClock(Clock):
    """The machine's clock."""

    def now_ns(self) -> int:
        return time.perf_counter_ns()

    def utc(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, duration_s: float) -> None:
        time.sleep(duration_s)
