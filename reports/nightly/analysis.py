"""What a night's figures say beside those of the nights before: the regression analysis, wired up.

The first ten nights of a series freeze its first baseline here; any later one is for a person to
accept. What was found is kept in the history. Doing it twice finds the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.history.baselines import KeptBaseline, baselines_in_force, keep_baseline
from reports.history.bench_nights import bench_series
from reports.history.changes import keep_changes
from reports.history.store import History
from reports.regression.baseline import (
    FEWEST_NIGHTS,
    Baseline,
    count_nights,
    freeze,
)
from reports.regression.errors import RegressionError
from reports.regression.findings import Finding, Tier
from reports.regression.judge import judge_night
from reports.regression.series import Scale, SeriesKey, Worse
from reports.trends.kept import to_baseline, to_kept
from reports.trends.series import Named, to_series

_TOGETHER_DAYS = 3
_TOLD = (Tier.ALERT, Tier.WATCH)


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding of tonight, of which series, and where that stood."""

    finding: Finding
    named: Named
    baseline: Baseline | None

    @property
    def is_suspect(self) -> bool:
        """An alert that may be the bench's: it is of the golden device itself."""
        return self.named.is_golden and self.finding.tier is Tier.ALERT


@dataclass(frozen=True, slots=True)
class Analysis:
    """All findings of a night."""

    judged: tuple[Judged, ...]
    mistakes: tuple[str, ...] = ()  # series that could not be judged as they are
    absent: int = 0  # metrics that earlier nights measured and tonight did not

    def of(self, tier: Tier, *, worse: bool | None = None) -> tuple[Judged, ...]:
        """Findings of a tier, and of a direction where that is asked."""
        found = (j for j in self.judged if j.finding.tier is tier)
        return tuple(j for j in found if worse is None or j.finding.is_worse is worse)

    def moved_with_the_bench(self, judged: Judged) -> bool:
        """Whether the golden device has changed itself, and since about the same night.

        Then the bench is suspected, however much of the golden device was divided out: where nights
        hardly differ, little of it is.
        """
        since = judged.finding.since
        moved = (g.finding.since for g in self.judged if g.is_suspect)
        return since is not None and any(
            other is not None and abs((other - since).days) <= _TOGETHER_DAYS for other in moved
        )


def analyse(
    history: History,
    bench: str,
    fixtures: Collection[str],
    tonight: date,
    *,
    golden: str = "",
    worse: Mapping[tuple[str, str], Worse] | None = None,
) -> Analysis:
    """Judge a night of a bench, and keep what it found."""
    in_force = {kept.key.handle: kept for kept in baselines_in_force(history)}
    scales = {handle: Scale(kept.figures["scale"]) for handle, kept in in_force.items()}
    known = to_series(bench_series(history, fixtures, tonight), golden, worse, scales)
    named = [one for one in known if _is_of(one, tonight)]
    absent = sum(bool(one.kept.metric) and not _is_of(one, tonight) for one in known)
    baselines: dict[SeriesKey, Baseline] = {}
    fit, mistakes = [], []
    for one in named:
        try:
            baseline = _baseline(history, one, in_force.get(one.handle), golden)
        except RegressionError as exc:
            mistakes.append(str(exc))
            continue
        fit.append(one)
        if baseline is not None:
            baselines[one.series.key] = baseline
    of_key = {one.series.key: one for one in fit}
    families = (
        [one for one in fit if one.kept.metric],
        [one for one in fit if not one.kept.metric],
    )
    findings = [
        finding
        for family in families  # pass rates of many tests would hide what one metric says
        for finding in judge_night([one.series for one in family], baselines, tonight)
    ]
    keep_changes(history, bench, tonight, list(_rows(findings, of_key)))
    judged = (Judged(f, of_key[f.key], baselines.get(f.key)) for f in findings)
    return Analysis(tuple(judged), tuple(mistakes), absent)


def _is_of(named: Named, tonight: date) -> bool:
    """Whether a series has a sample or a verdict of tonight: another plan measures other series."""
    newest = named.series.nights[-1]
    return newest.date == tonight and bool(len(newest.samples) or newest.trials)


def _baseline(
    history: History, one: Named, kept: KeptBaseline | None, golden: str
) -> Baseline | None:
    """The baseline in force; the first one is frozen as soon as there are nights for it."""
    if kept is not None:
        baseline = to_baseline(kept)
        baseline.check(one.series)
        return baseline
    if count_nights(one.series) < FEWEST_NIGHTS:
        return None
    baseline = freeze(one.series)
    keep_baseline(history, to_kept(one, baseline, golden))
    return baseline


def _rows(
    findings: Iterable[Finding], of_key: Mapping[SeriesKey, Named]
) -> Iterable[dict[str, Any]]:
    for finding in findings:
        if finding.tier not in _TOLD or finding.shift is None or finding.since is None:
            continue
        yield {
            "series": of_key[finding.key].handle,
            "kind": finding.kind.value,
            "tier": finding.tier.value,
            "since": finding.since,
            "shift": finding.shift.value,
            "shift_low": finding.shift.low,
            "shift_high": finding.shift.high,
            "shift_unit": finding.shift.unit,
            "worse": finding.is_worse is True,
            "p": finding.p if finding.p is not None else 1.0,
            "q": finding.q if finding.q is not None else 1.0,
            "reason": finding.reason,
        }
