"""A series of the history, judged night by night.

The baseline is the one that was given, or the first ten nights; the latter is said on the page,
because nobody accepted it. Every night is judged as the nightly run would have judged it then, and
as if it were the only series of its night: without the control of false discoveries over all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.figures.trend import Found, Point, points
from reports.history.baselines import KeptBaseline
from reports.history.trend import SeriesKey, TrendSeries
from reports.language import _
from reports.regression.baseline import (
    FEWEST_NIGHTS,
    Baseline,
    count_nights,
    freeze,
)
from reports.regression.change_points import segment
from reports.regression.detectors import Floats
from reports.regression.judge import assess
from reports.regression.series import Scale, Series, centres, golden_centres, is_full
from reports.trends.kept import to_baseline
from reports.trends.series import to_series

Baselines = Mapping[SeriesKey, KeptBaseline]


@dataclass(frozen=True, slots=True)
class Judged:
    """One series with all that may be said of its nights.

    ``series`` is None for verdicts alone. ``given`` says whether a person's baseline was there.
    """

    history: TrendSeries
    series: Series | None
    baseline: Baseline | None
    given: bool
    full_nights: int  # that have samples enough to count
    found: Found
    points: tuple[Point, ...]

    @property
    def is_long_enough(self) -> bool:
        """Whether there is a baseline, or could be one."""
        return self.baseline is not None or self.full_nights >= FEWEST_NIGHTS

    def state(self, night: date) -> str:
        """What is said of a night in the table."""
        point = next((p for p in self.points if p.night == night), None)
        if point is None:
            return ""
        if night in self.found.alerts:
            return _("alert")
        if night in self.found.watches:
            return _("watched")
        if self.baseline is None:
            return ""
        if self.baseline.first <= night <= self.baseline.last:
            return _("baseline")
        return _("unchanged") if point.full else _("not compared")


def judge_history(
    history: TrendSeries, baselines: Baselines, beside: Sequence[TrendSeries] = ()
) -> Judged:
    """Judge one series; ``baselines`` are those that stand, by the series' key.

    ``beside`` are series among which the golden device's samples are looked for.
    RegressionError for a baseline that speaks of samples these cannot be.
    """
    kept = baselines.get(history.key)
    baseline = to_baseline(kept) if kept else None
    series = _series(history, kept, beside)
    if series is None:
        return Judged(history, None, None, given=False, full_nights=0, found=Found(), points=())
    if baseline is not None:
        baseline.check(series)
    given = baseline is not None
    full = count_nights(series)
    if baseline is None and full >= FEWEST_NIGHTS:
        baseline = freeze(series)
    found = Found() if baseline is None else _found(series, baseline)
    return Judged(history, series, baseline, given, full, found, points(series, baseline))


def _series(
    history: TrendSeries, kept: KeptBaseline | None, beside: Sequence[TrendSeries]
) -> Series | None:
    """The history's nights as the analysis takes them; None without a sample."""
    if not any(night.samples for night in history.nights):
        return None
    golden = kept.golden if kept else ""
    scales = {history.key.handle: Scale(kept.figures["scale"])} if kept else {}
    others = [one for one in beside if one.key.phone == golden and one is not history]
    return to_series([history, *others], golden, scales=scales)[0].series


def _found(series: Series, baseline: Baseline) -> Found:
    """Alerts and watches since the baseline, and where the whole history changed."""
    nights = [night for night in series.after(baseline.last) if baseline.takes(night)]
    if not nights:
        return Found(_changes(series))
    golden = golden_centres(nights, series.scale)[None, :] if baseline.has_golden else None
    deviations = baseline.levels.deviations(centres(nights, series.scale)[None, :], golden)
    judged = assess(deviations, baseline.nights, baseline.levels.spent)
    alerts, watches = judged.is_alert[0], judged.watch[0] | (judged.alarm[0] != 0)
    return Found(
        since=_changes(series),
        alerts=frozenset(n.date for n, told in zip(nights, alerts, strict=True) if told),
        watches=frozenset(n.date for n, told in zip(nights, watches, strict=True) if told),
    )


def _changes(series: Series) -> tuple[date, ...]:
    full = [night for night in series.nights if is_full(night)]
    values: Floats = centres(full, series.scale)
    return tuple(full[change.first].date for change in segment(values))
