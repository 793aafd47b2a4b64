"""Time: one monotonic clock for all marks, and the calendar for validity periods."""

from __future__ import annotations

import abc
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

from drivers.api.device import Device


class Bell(abc.ABC):
    """What one thread waits for by a clock's time, and any other rings."""

    @abc.abstractmethod
    def ring(self) -> None:
        """Wake who waits, or who waits next; two rings before that are one. Never waits."""

    @abc.abstractmethod
    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is rung or time is up; whether it was rung. One thread at a time."""


class Clock(abc.ABC):
    """The bench's time. A virtual world may bring its own, whose calendar can be moved on.

    Such a world may also skip the time in which everybody waits. It knows of a thread that works
    if ``thread`` has started it, and that it waits if it does so by ``sleep`` or a ``Bell``.
    """

    @abc.abstractmethod
    def now_ns(self) -> int:
        """Monotonic time in nanoseconds; its zero means nothing."""

    @abc.abstractmethod
    def utc(self) -> datetime:
        """The calendar, with time zone."""

    @abc.abstractmethod
    def sleep(self, duration_s: float) -> None:
        """Let this much of the clock's own time pass."""

    def bell(self) -> Bell:
        """A bell that is waited for by this clock's time."""
        return _RealBell()

    def thread(self, work: Callable[[], None], name: str) -> threading.Thread:
        """A daemon thread, started, that waits for nothing but this clock's time and bells."""
        made = threading.Thread(target=work, name=name, daemon=True)
        made.start()
        return made

    def skipping(self) -> AbstractContextManager[None]:
        """Inside, a virtual world may skip the time in which everybody waits, the caller too.

        A caller that waits inside for something else holds the time, unless it says so by
        ``elsewhere``. Real time is never skipped.
        """
        return nullcontext()

    def elsewhere(self) -> AbstractContextManager[None]:
        """Inside, the caller waits for what this clock knows nothing of, such as a reader's thread.

        It neither holds the time meanwhile, nor has any skipped.
        """
        return nullcontext()


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


class _RealBell(Bell):
    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        self._rung.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        rung = self._rung.wait(timeout_s)
        self._rung.clear()
        return rung


def clock_of(devices: Mapping[str, Device]) -> Clock:
    """The clock of a bench: that of the device that brings one, else the machine's."""
    sources = (device.clock for device in devices.values() if isinstance(device, TimeSource))
    return next(sources, SystemClock())
