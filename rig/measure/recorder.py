"""The ``measure`` fixture: declare a quantity, take its samples, judge its limits.

    with measure("tap_to_unlock", unit="ms", p95=at_most(1000, basis="plan")).repeat(59) as taps:
        for tap in taps:
            car.lock_all()
            phone.present(at="driver_handle")
            tap.ends_with(car.door("driver").unlocked)

Leaving the block judges: a limit not kept raises LimitMissed, samples not taken NotMeasured, a
limit that cannot be judged Inconclusive. The measurement is kept whatever happened inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType

from drivers.api.clock import Clock, SystemClock
from rig.measure.decision import SIMPLE, decide
from rig.measure.errors import MeasureError
from rig.measure.intervals import deviation
from rig.measure.limits import Bound, Series, percent_of
from rig.measure.outcomes import (
    ConditionallyKept,
    ConditionallyMissed,
    Inconclusive,
    LimitMissed,
    NotMeasured,
)
from rig.measure.person_time import PERSON, PersonTime
from rig.measure.phases import DEVICE, HOST
from rig.measure.sample import Sample
from rig.measure.statistics import PERCENTS, summary
from rig.measure.uncertainty import Budgets
from rig.records.run import Judgement, Limit, Measurement
from rig.records.verdict import Verdict

Progress = Callable[[str, int, int, float | None, str], None]
"""Called with name, samples taken, samples wanted, the latest value (None: none yet), unit."""


class Measure:
    """All measurements of one test."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        progress: Progress | None = None,
        person: PersonTime | None = None,
        budgets: Budgets | None = None,
        decision: str = SIMPLE,
    ) -> None:
        """``person`` knows when somebody was asked: their time is in no sample.

        ``decision`` is the rule for limits that choose none, ``budgets`` the bench's.
        """
        self._clock = clock or SystemClock()
        self._budgets, self._decision = budgets or Budgets(), decision
        self._progress, self._person = progress, person
        self._recordings: dict[str, Recording] = {}

    def __call__(
        self, name: str, *, unit: str, of: str = "", confidence: float = 0.95, **limits: Bound
    ) -> Recording:
        """Declare one quantity; from now on the test cannot pass unless it is taken.

        ``unit`` is s, ms, us or ns for durations, and any text for values given by ``takes``.
        ``of`` names what is counted, such as "taps". Limits: ``p95=at_most(1000, basis="plan")``.
        """
        if name in self._recordings:
            raise MeasureError(f"{name!r} is measured twice in one test")
        for statistic, bound in limits.items():
            if not isinstance(bound, Bound):
                raise MeasureError(f"{statistic}={bound!r} is no limit: use at_most or at_least")
        recording = Recording(
            Series(
                [],
                1,
                unit,
                of or ("taps" if name.startswith("tap_") else "samples"),
                confidence,
                self._budgets.expanded(name, unit),
                self._budgets.lacking(name, unit),
            ),
            name=name,
            limits=Decided(
                tuple(bound.on(statistic) for statistic, bound in limits.items()),
                self._decision,
                self._budgets.of(name, unit),
            ),
            clock=self._clock,
            progress=self._progress,
            person=self._person,
        )
        self._recordings[name] = recording
        return recording

    @property
    def finished(self) -> tuple[Measurement, ...]:
        """Every declared measurement as a record, in the order of declaration, taken or not."""
        return tuple(recording.measurement() for recording in self._recordings.values())


@dataclass(frozen=True, slots=True)
class Decided:
    """Limits, the rule for those that choose none, and the quantity whose budget applies."""

    limits: tuple[Limit, ...]
    rule: str = SIMPLE
    budget: str = ""

    def on(self, series: Series) -> tuple[Judgement, ...]:
        """Each limit held against the samples."""
        return tuple(decide(limit, series, self.rule) for limit in self.limits)


class Recording:
    """One declared quantity and the samples taken of it so far."""

    def __init__(
        self,
        series: Series,
        *,
        name: str,
        limits: Decided,
        clock: Clock,
        progress: Progress | None,
        person: PersonTime | None = None,
    ) -> None:
        self.name = name
        self._person = person
        self._series = series
        self._limits = limits
        self._clock = clock
        self._progress = progress
        self._phases: dict[str, list[float]] = {}

    def repeat(self, n: int) -> Samples:
        """Ask for ``n`` samples, one in each turn of the loop."""
        if n < 1:
            raise MeasureError(f"{self.name}: {n} samples are no measurement")
        self._series.wanted = n
        return Samples(self)

    def once(self) -> Once:
        """Ask for a single sample."""
        self._series.wanted = 1
        return Once(self)

    def each(self) -> Iterator[Sample]:
        """Hand out the wanted samples one by one."""
        self._report(None)
        for _ in range(self._series.wanted):
            yield self.sample()

    def sample(self) -> Sample:
        """Hand out one sample to be taken."""
        unit, clock = self._series.unit, self._clock
        return Sample(self._keep, name=self.name, unit=unit, clock=clock, person=self._person)

    def _keep(self, value: float, phases: dict[str, float]) -> None:
        self._series.samples.append(value)
        for phase, share in phases.items():
            self._phases.setdefault(phase, []).append(share)
        self._report(value)

    def _report(self, latest: float | None) -> None:
        if self._progress:
            series = self._series
            self._progress(self.name, len(series.samples), series.wanted, latest, series.unit)

    def measurement(self) -> Measurement:
        """Return the record as it stands: samples, statistics, judgements, phases."""
        series = self._series
        limited = {percent_of(limit.statistic) for limit in self._limits.limits}
        percents = sorted(p for p in {*PERCENTS, *limited} if p is not None)
        in_order = sorted(self._phases, key=lambda phase: phase in {DEVICE, HOST, PERSON})
        return Measurement(
            name=self.name,
            unit=series.unit,
            wanted=series.wanted,
            samples=tuple(series.samples),
            statistics=(
                *summary(series.samples, series.confidence, percents),
                *deviation(series.samples, series.confidence),
            ),
            judgements=self._limits.on(series),
            phases={phase: tuple(self._phases[phase]) for phase in in_order},
            budget=self._limits.budget,
        )

    def conclude(self) -> None:
        """Raise what the samples come to; nothing when every limit is kept."""
        by_verdict: dict[Verdict, list[Judgement]] = {}
        for judgement in self._limits.on(self._series):
            by_verdict.setdefault(judgement.verdict, []).append(judgement)
        if missed := by_verdict.get(Verdict.FAIL):
            kind = ConditionallyMissed if all(j.conditional for j in missed) else LimitMissed
            raise kind(self._told(missed))
        if not self._series.is_whole:
            raise NotMeasured(f"{self.name}: only {self._series.count} were taken")
        if unsettled := by_verdict.get(Verdict.INCONCLUSIVE):
            settled = all(j.conditional for j in unsettled)
            raise (ConditionallyKept if settled else Inconclusive)(self._told(unsettled))

    def _told(self, judgements: list[Judgement]) -> str:
        return "; ".join(f"{self.name} {j.limit.statistic}: {j.statement}" for j in judgements)


class _Block:
    """The ``with`` block around a recording: leaving it without an exception judges."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _exc: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._recording.conclude()


class Samples(_Block):
    """``with measure(...).repeat(n) as taps: for tap in taps: ...``."""

    def __enter__(self) -> Iterator[Sample]:
        return self._recording.each()


class Once(_Block):
    """``with measure(...).once() as tap: ...``."""

    def __enter__(self) -> Sample:
        return next(self._recording.each())
