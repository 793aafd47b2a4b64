"""Every measurement of a run with its estimates, limits and distribution."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.language import _
from reports.plots.ecdf import Ecdf, plot_ecdf
from reports.plots.phases import Phase, list_phases
from reports.standing import Standing, stand_judged, stand_together
from reports.trials import Trial
from reports.wording import write_number, write_numbers, write_span
from rig.records.run import Judgement, Limit, Measurement, Result, Statistic

PLOTTED = 200  # distributions drawn on one page; the samples of the rest stay in the journal
LISTED = 200  # samples written out below a distribution
_URGENT = (
    Standing.FAIL,
    Standing.CONDITIONAL_FAIL,
    Standing.ERROR,
    Standing.INCONCLUSIVE,
    Standing.CONDITIONAL_PASS,
)
_FALLBACK: dict[str, Callable[[Sequence[float]], float]] = {
    "max": max,
    "min": min,
    "mean": lambda samples: math.fsum(samples) / len(samples),
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """One statistic with the limits held against it."""

    name: str
    value: str
    interval: str  # "" when there is none
    confidence: str
    judgements: tuple[Judgement, ...]

    @property
    def without_interval(self) -> str:
        """Why there is no interval: none exists for a sample's mean or extremes."""
        is_quantile = re.fullmatch(r"p\d+", self.name)
        return _("too few samples") if is_quantile else _("of these samples")

    @property
    def limited(self) -> tuple[tuple[Limit, Standing, str], ...]:
        return tuple((j.limit, stand_judgement(j), j.statement) for j in self.judgements)

    def rule(self, limit: Limit) -> Judgement:
        """The judgement on one of its limits, which names the decision rule."""
        return next(j for j in self.judgements if j.limit is limit)


@dataclass(slots=True)
class Measured:
    """One measurement of one attempt. ``number`` is its anchor."""

    number: int
    trial: Trial
    result: Result
    measurement: Measurement
    estimates: tuple[Estimate, ...]
    standing: Standing | None  # None: no limit
    exceedances: str
    ecdf: Ecdf | None = None
    phases: tuple[Phase, ...] = ()
    detailed: bool = False

    @property
    def taken(self) -> int:
        return len(self.measurement.samples)

    @property
    def short(self) -> bool:
        return self.taken < self.measurement.wanted

    @property
    def listed(self) -> str:
        """All samples in the order they were taken, unless they are too many to read."""
        if self.taken > LISTED:
            return ""
        return write_numbers(self.measurement.samples)

    def estimate(self, name: str) -> Estimate | None:
        return next((e for e in self.estimates if e.name == name), None)


def list_measurements(trials: Sequence[Trial]) -> tuple[Measured, ...]:
    """All measurements of all attempts in plan order; the urgent ones are detailed first."""
    rows = [
        (trial, result, measurement)
        for trial in trials
        for result in trial.attempts
        for measurement in result.measurements
    ]
    found = [_measured(n, t, r, m) for n, (t, r, m) in enumerate(rows, 1)]
    urgent_first = sorted(found, key=lambda m: m.standing not in _URGENT and not m.short)
    for measured in urgent_first[:PLOTTED]:
        measured.detailed = True
        measured.ecdf = plot_ecdf(measured.measurement)
        measured.phases = list_phases(measured.measurement)
    return tuple(found)


def _measured(number: int, trial: Trial, result: Result, measurement: Measurement) -> Measured:
    standings = [stand_judgement(j) for j in measurement.judgements]
    return Measured(
        number=number,
        trial=trial,
        result=result,
        measurement=measurement,
        estimates=_estimates(measurement),
        standing=stand_together(standings) if standings else None,
        exceedances=_exceedances(measurement),
    )


def stand_judgement(judgement: Judgement) -> Standing:
    """How a limit stands: within a guard band it is conditionally kept or missed."""
    return stand_judged(judgement.verdict, conditional=judgement.conditional)


def _estimates(measurement: Measurement) -> tuple[Estimate, ...]:
    estimates = []
    names = dict.fromkeys(s.name for s in measurement.statistics)
    names.update(dict.fromkeys(j.limit.statistic for j in measurement.judgements))
    known = {s.name: s for s in measurement.statistics}
    for name in names:
        judged = tuple(j for j in measurement.judgements if j.limit.statistic == name)
        estimates.append(_estimate(name, known.get(name), measurement, judged))
    return tuple(estimates)


def _estimate(
    name: str, known: Statistic | None, measurement: Measurement, judged: tuple[Judgement, ...]
) -> Estimate:
    if known is not None:
        interval, confidence = "", ""
        if known.low is not None and known.high is not None:
            interval = write_span(write_number(known.low), write_number(known.high))
            confidence = f"{write_number(100 * known.confidence)} %"
        return Estimate(name, write_number(known.value), interval, confidence, judged)
    value = _("not estimated")
    if name in _FALLBACK and measurement.samples:
        value = write_number(_FALLBACK[name](measurement.samples))
    return Estimate(name, value, "", "", judged)


def _exceedances(measurement: Measurement) -> str:
    """How many samples lie outside each limit's bound, in words; the limit may allow some."""
    parts = []
    for limit in dict.fromkeys(j.limit for j in measurement.judgements):
        if limit.relation == "<=":
            outside = sum(s > limit.bound for s in measurement.samples)
            said = _("%(count)s above %(bound)s %(unit)s")
        elif limit.relation == ">=":
            outside = sum(s < limit.bound for s in measurement.samples)
            said = _("%(count)s below %(bound)s %(unit)s")
        else:
            continue
        written = {
            "count": outside,
            "bound": write_number(limit.bound),
            "unit": measurement.unit,
        }
        parts.append(said % written)
    return ", ".join(dict.fromkeys(parts))
