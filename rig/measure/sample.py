"""One sample: a duration from a mark to an occurrence, or a plain value."""

from __future__ import annotations

import math
from typing import Protocol

from drivers.api.clock import Clock
from rig.measure.errors import SampleError
from rig.measure.outcomes import Inconclusive
from rig.measure.person_time import PERSON, PersonTime
from rig.measure.phases import split
from rig.measure.timeline import Condition, Occurrence, Timeline

CONDITION_TIMEOUT_S = 10.0
_NS_IN = {"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1.0}


class Keep(Protocol):
    """Takes a finished sample with the phases its time went to, both in the same unit."""

    def __call__(self, value: float, phases: dict[str, float], /) -> None: ...


class Sample:
    """Taken once, by ``ends_with`` or ``takes``. One that is never taken is missing."""

    def __init__(
        self, keep: Keep, *, name: str, unit: str, clock: Clock, person: PersonTime | None = None
    ) -> None:
        """``person`` knows when somebody was asked: that time is in no duration."""
        self._keep = keep
        self._person = person
        self._name = name
        self._unit = unit
        self._clock = clock
        self._mark = "presence"
        self._begin_ns: int | None = None
        self._is_taken = False

    def starts(self) -> None:
        """Count from now instead of from the ``presence`` mark."""
        self._begin_ns = self._clock.now_ns()

    def begins_at(self, mark: str) -> None:
        """Count from another mark of the visit's timeline, such as "selected"."""
        self._mark = mark

    def ends_with(
        self, condition: Condition, *, timeout_s: float = CONDITION_TIMEOUT_S
    ) -> Occurrence:
        """Wait for the condition; the duration until it came true is the sample.

        Raises what the condition raises; SampleError when the visit left no mark to begin at;
        Inconclusive when the condition was true before the sample began, or while a person was
        busy with a request of the sample. Their time is left out, and is a phase beside it.
        """
        if self._unit not in _NS_IN:
            raise SampleError(f"{self._name}: a duration is not measured in {self._unit}")
        occurrence = condition.wait(timeout_s)
        begin_ns = self._begin(occurrence.timeline)
        if occurrence.t_ns < begin_ns:
            raise Inconclusive(f"{self._name}: what ends the sample was true before it began")
        timeline = occurrence.timeline or Timeline()
        phases = split(timeline, begin_ns, occurrence.t_ns)
        asked_ns = 0
        if self._person is not None:
            asked_ns = self._person.inside_ns(begin_ns, occurrence.t_ns, occurrence.timeline)
        if asked_ns:
            phases[PERSON] = asked_ns
        scale = _NS_IN[self._unit]
        self._take(
            (occurrence.t_ns - begin_ns - asked_ns) / scale,
            {name: ns / scale for name, ns in phases.items()},
        )
        return occurrence

    def takes(self, value: float) -> None:
        """Take a plain value, already in the measurement's unit."""
        self._take(float(value), {})

    def _begin(self, timeline: Timeline | None) -> int:
        if self._begin_ns is not None:
            return self._begin_ns
        if timeline is None:
            raise SampleError(f"{self._name}: no visit to measure from; call starts() first")
        try:
            return timeline.marks[self._mark]
        except KeyError:
            known = ", ".join(timeline.marks) or "none"
            raise SampleError(f"{self._name}: no mark {self._mark!r}; has: {known}") from None

    def _take(self, value: float, phases: dict[str, float]) -> None:
        if self._is_taken:
            raise SampleError(f"{self._name}: this sample was taken before")
        if not math.isfinite(value):
            raise SampleError(f"{self._name}: {value} is no value")
        self._is_taken = True
        self._keep(value, phases)
