"""When a person at the bench was asked, so that their time is in no sample.

A person who is asked for something is no part of the product, however long they take. What was
asked for before a sample began goes on beside it and takes none of its time; what is asked for
inside it does.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from drivers.api.clock import Clock
from rig.measure.outcomes import Inconclusive
from rig.measure.timeline import Timeline

PERSON = "person asked"
"""The phase that a person's time is shown as, beside a sample that is without it."""


@dataclass(slots=True)
class _Asking:
    begun_ns: int
    ended_ns: int | None = None  # while nothing was answered


class PersonTime:
    """The requests of a run. Safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._askings: list[_Asking] = []

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Inside, a person is asked."""
        asking = _Asking(self._clock.now_ns())
        with self._lock:
            self._askings.append(asking)
        try:
            yield
        finally:
            asking.ended_ns = self._clock.now_ns()

    def inside_ns(self, begin_ns: int, end_ns: int, timeline: Timeline | None) -> int:
        """How much of the time from ``begin_ns`` to ``end_ns`` was a person's.

        Who was asked to hold something to a reader had done so at the ``presence`` mark, whenever
        they say it. Raises Inconclusive where they were still about something else at the end.
        """
        held_ns = timeline.marks.get("presence") if timeline else None
        total_ns = 0
        with self._lock:
            askings = tuple(self._askings)
        for asking in askings:
            if not begin_ns <= asking.begun_ns < end_ns:
                continue
            done_ns = asking.ended_ns
            if held_ns is not None and asking.begun_ns <= held_ns <= min(end_ns, done_ns or end_ns):
                done_ns = held_ns
            if done_ns is None or done_ns > end_ns:
                raise Inconclusive("a person was still busy with a request when the sample ended")
            total_ns += done_ns - asking.begun_ns
        return total_ns
