"""From what pytest reports of a test to its record in the journal.

One Attempt at a time. ``begin`` writes TestStarted before anything of the test runs, ``finish``
writes its visits and then its Result before the next test begins.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

import pytest

from rig.bench.supply import broken_devices
from rig.bench.vehicle import VehicleDescription
from rig.measure.ranging_evidence import Survey, Walks
from rig.measure.recorder import Measure
from rig.plans.plan import Plan
from rig.plugin.fleet import Fleet
from rig.plugin.marks import requirements_of
from rig.plugin.verdicts import (
    Finding,
    decided,
    of_broken_call,
    of_completion,
    of_exception,
    questioned,
)
from rig.records.journal import Journal
from rig.records.run import Measurement, Observation, Result, TestStarted
from rig.records.trace import VisitRecord
from rig.records.verdict import Verdict


class RecordedVisit(Protocol):
    """A finished visit that knows its record."""

    def to_record(self, test: str, attempt: int, number: int) -> VisitRecord:
        """The visit for the trace."""
        ...


TakeVisits = Callable[[], Sequence[RecordedVisit]]


class Objection(Protocol):
    """Asks whether the bench was sound; see RunningVehicle.objection."""

    def __call__(self, *, failed: bool) -> Exception | None: ...


def no_objection(*, failed: bool) -> Exception | None:
    """Where there is no vehicle, nothing is known of its bench."""
    del failed
    return None


@dataclass(slots=True)
class Attempt:
    """One attempt of one test, while it runs and until it is recorded."""

    test: str
    number: int
    requirements: tuple[str, ...]
    started_utc: str
    begun_s: float
    description: VehicleDescription | None = (
        None  # of the vehicle to play; None: it applies to none
    )
    not_applicable: str = ""  # why it applies to none
    findings: list[Finding] = field(default_factory=list)
    measure: Measure | None = None
    measurements: tuple[Measurement, ...] = ()
    observations: list[Observation] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)
    walks: list[Walks] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)  # devices that errors of it name
    aftermath: list[str] = field(default_factory=list)  # what was done about them
    holders: list[str] = field(default_factory=list)  # phones, watches and cards it was given
    detail: str = ""  # pytest's account of a failure: the assertion with its values

    def measured(self) -> tuple[Measurement, ...]:
        """What was measured up to now, and on whom, where there is only one."""
        found = self.measure.finished if self.measure else ()
        alone = self.holders[0] if len(set(self.holders)) == 1 else ""
        return tuple(replace(measurement, device=alone) for measurement in found)

    @property
    def so_far(self) -> Finding:
        """What the phases up to now came to."""
        return decided(self.findings) or Finding(Verdict.ERROR, "it never ran")


class Recorder:
    """Writes the attempts of a run, one after the other."""

    def __init__(
        self,
        journal: Journal,
        plan: Plan,
        fleet: Fleet,
        take_visits: TakeVisits,
        objection: Objection = no_objection,
    ) -> None:
        self.verdicts: Counter[Verdict] = Counter()
        self._journal = journal
        self._fleet = fleet
        self._plan = plan
        self._take_visits, self._objection = take_visits, objection
        self._attempts: Counter[str] = Counter()
        self._attempt: Attempt | None = None

    @property
    def attempt(self) -> Attempt:
        """The attempt under way."""
        if self._attempt is None:
            raise RuntimeError("no test is under way")
        return self._attempt

    def begin(self, item: pytest.Item) -> Attempt:
        """A test is about to run, on the vehicle that most of its requirements apply to.

        It is evidence for those requirements alone.
        """
        choice = self._fleet.choose(requirements_of(item))
        self._attempts[item.nodeid] += 1
        attempt = Attempt(
            test=item.nodeid,
            number=self._attempts[item.nodeid],
            requirements=choice.requirements,
            started_utc=datetime.now(UTC).isoformat(),
            begun_s=time.perf_counter(),
            description=self._fleet.description(choice),
            not_applicable=choice.why,
        )
        self._attempt = attempt
        self._journal.append(TestStarted(attempt.test, attempt.number, attempt.requirements))
        return attempt

    def note(self, call: pytest.CallInfo[None]) -> Finding | None:
        """A phase has ended. The finding if it says anything: a set-up that worked does not."""
        attempt = self.attempt
        if call.when == "call":
            attempt.measurements = attempt.measured()
        if call.excinfo is not None and call.when == "call":
            found = of_broken_call(call.excinfo.value, attempt.measurements, self._plan)
        elif call.excinfo is not None:
            found = of_exception(call.excinfo.value, call.when)
        elif call.when == "call":
            found = of_completion(attempt.measurements, attempt.observations, self._plan)
        else:
            return None
        if call.when == "call":
            objection = self._objection(failed=found.verdict is Verdict.FAIL)
            found = questioned(found, objection)
        attempt.findings.append(found)
        if call.excinfo is not None and found.verdict is Verdict.ERROR:
            attempt.broken |= broken_devices(call.excinfo.value)
        return found

    def finish(self) -> Result:
        """The test is over, torn down and all: write its visits and its result."""
        attempt = self.attempt
        visits = self._take_visits()
        for number, visit in enumerate(visits, start=1):
            self._journal.append_visit(visit.to_record(attempt.test, attempt.number, number))
        found = attempt.so_far
        result = Result(
            test=attempt.test,
            attempt=attempt.number,
            requirements=attempt.requirements,
            verdict=found.verdict,
            reason="; ".join((found.reason, *attempt.aftermath)),
            started_utc=attempt.started_utc,
            duration_s=time.perf_counter() - attempt.begun_s,
            measurements=attempt.measurements,
            observations=tuple(attempt.observations),
            visits=len(visits),
            vehicle=attempt.description.label if attempt.description else "",
            range_maps=tuple(survey.record() for survey in attempt.surveys),
            walks=tuple(walks.record() for walks in attempt.walks),
        )
        self._journal.append(result)
        self.verdicts[result.verdict] += 1
        return result
