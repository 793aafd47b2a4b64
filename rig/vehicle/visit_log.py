"""Visits as they begin and end, handed from the reader loops to whoever waits for them."""

from __future__ import annotations

import threading
import time

from drivers.api.clock import Clock
from rig.vehicle.visit import Visit


class VisitLog:
    """Thread-safe. A finished visit is *looked at* once by a waiter and *taken* once for record."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._unseen: list[Visit] = []
        self._finished: list[Visit] = []

    def ended(self, visit: Visit) -> None:
        with self._changed:
            self._unseen.append(visit)
            self._finished.append(visit)
            self._changed.notify_all()

    def next(self, timeout_s: float, place: str | None = None) -> Visit | None:
        """The oldest visit not looked at, as soon as there is one; None when time is up.

        With ``place``, only visits there count; those elsewhere stay for who asks for them.
        """
        deadline = time.monotonic() + timeout_s  # readers' threads wait by real time
        with self._clock.elsewhere(), self._changed:
            while True:
                for visit in self._unseen:
                    if place in (None, visit.place):
                        self._unseen.remove(visit)
                        return visit
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)

    def disregard(self) -> None:
        """Count every finished visit as looked at."""
        with self._changed:
            self._unseen.clear()

    def untaken(self) -> list[Visit]:
        """All visits finished since the last ``take``, looked at or not."""
        with self._changed:
            return list(self._finished)

    def take(self) -> list[Visit]:
        """All visits finished since the last call, for the record."""
        with self._changed:
            taken, self._finished = self._finished, []
            return taken
