"""Visits as they begin and end, handed from the reader loops to whoever waits for them."""

from __future__ import annotations

import threading
import time

from rig.vehicle.visit import Visit


class VisitLog:
    """Thread-safe. A finished visit is *looked at* once by a waiter and *taken* once for record."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self._unseen: list[Visit] = []
        self._finished: list[Visit] = []

    def began(self) -> None:
        with self._changed:
            self._under_way += 1

    def ended(self, visit: Visit) -> None:
        with self._changed:
            self._under_way -= 1
            self._unseen.append(visit)
            self._finished.append(visit)
            self._changed.notify_all()

    def quiet(self) -> bool:
        """Whether no visit is under way or still to be looked at."""
        with self._changed:
            return not self._under_way and not self._unseen

    def next(self, timeout_s: float) -> Visit | None:
        """The oldest visit not looked at, as soon as there is one; None when time is up."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not self._unseen:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            return self._unseen.pop(0)

    def disregard(self) -> None:
        """Count every finished visit as looked at."""
        with self._changed:
            self._unseen.clear()

    def take(self) -> list[Visit]:
        """All visits finished since the last call, for the record."""
        with self._changed:
            taken, self._finished = self._finished, []
            return taken
