"""What the agenda's thread hands to whoever waits for it by the clock's time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from drivers.api.clock import Clock

T = TypeVar("T")


class Arrivals(Generic[T]):
    """Things in order. Any thread puts; one at a time waits."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._bell = clock, clock.bell()
        self._lock = threading.Lock()
        self._things: deque[T] = deque()

    def put(self, thing: T) -> None:
        """Hand over."""
        with self._lock:
            self._things.append(thing)
        self._bell.ring()

    def next(self, timeout_s: float, fits: Callable[[T], bool] = lambda _thing: True) -> T | None:
        """The oldest that fits, as soon as there is one; None when time is up."""
        deadline_ns = self._clock.now_ns() + round(timeout_s * 1e9)
        while (found := self._taken(fits)) is None:
            left_ns = deadline_ns - self._clock.now_ns()
            if left_ns <= 0:
                return None
            self._bell.wait(left_ns / 1e9)
        return found

    def take(self) -> list[T]:
        """All that are there, at once."""
        with self._lock:
            taken = list(self._things)
            self._things.clear()
            return taken

    def _taken(self, fits: Callable[[T], bool]) -> T | None:
        with self._lock:
            found = next((thing for thing in self._things if fits(thing)), None)
            if found is not None:
                self._things.remove(found)
            return found
