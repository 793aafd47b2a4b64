"""Approaches that ended, for who waits for them and for the record."""

from __future__ import annotations

import threading

from drivers.api.clock import Clock
from rig.vehicle.passive.approach import Approach
from rig.vehicle.passive.arrivals import Arrivals


class ApproachLog:
    """An approach that ended is *looked at* once by a waiter and *taken* once for the record."""

    def __init__(self, clock: Clock) -> None:
        self._unseen: Arrivals[Approach] = Arrivals(clock)
        self._lock = threading.Lock()
        self._finished: list[Approach] = []
        self._taken: list[Approach] = []  # while they were under way

    def ended(self, approach: Approach) -> None:
        """One has ended."""
        with self._lock:
            if any(each is approach for each in self._taken):
                self._taken = [each for each in self._taken if each is not approach]
            else:
                self._finished.append(approach)
        self._unseen.put(approach)

    def next(self, timeout_s: float) -> Approach | None:
        """The oldest not looked at, as soon as there is one; None when time is up."""
        return self._unseen.next(timeout_s)

    def disregard(self) -> None:
        """Count all that ended as looked at."""
        self._unseen.take()

    def take(self, under_way: list[Approach]) -> list[Approach]:
        """All that ended since the last call, and copies of those under way not taken before."""
        with self._lock:
            finished, self._finished = self._finished, []
            fresh = [a for a in under_way if not any(a is each for each in self._taken)]
            self._taken += fresh
        return [*finished, *(approach.copy() for approach in fresh)]
