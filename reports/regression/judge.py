"""Judge all metrics of a night together: alert, watch, unchanged, or why not.

An alert needs three things: a CUSUM above its threshold, a change point that explains it, and that
this change point stands among all the tests of the night (Benjamini and Hochberg, q up to 5 %).
What misses one of them, or moves the EWMA alone, is watched.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from reports.regression.baseline import (
    FEWEST_NIGHTS,
    Baseline,
    count_nights,
    say_too_few,
)
from reports.regression.change_points import Splits, strongest_splits
from reports.regression.detectors import Flags, Floats, alarms, watches
from reports.regression.exact import discovery_rates, student_bound
from reports.regression.findings import Finding, Kind, Shift, Tier
from reports.regression.pass_rate import judge_pass_rate
from reports.regression.series import (
    FEWEST_TAPS,
    Scale,
    Series,
    SeriesKey,
    Worse,
    centres,
    golden_centres,
)
from reports.wording import write_count

Q_LIMIT = 0.05  # of the alerts, at most so many are false on average
_CONFIDENCE = 0.95
_ABSENT = "not measured this night"


@dataclass(frozen=True, slots=True)
class Assessment:
    """Detectors and change points of each series on each night since its baseline."""

    alarm: Floats  # 1 upwards, -1 downwards, 0 none
    watch: Flags
    splits: Splits

    @property
    def is_alert(self) -> Flags:
        """Whether each series alerts when it is the only test of the night."""
        found: Flags = (self.alarm != 0) & self.splits.is_certain(Q_LIMIT)
        return found


def assess(
    deviations: Floats, baseline_nights: int, spent: int = 1, *, begin: int = 0
) -> Assessment:
    """Judge every night from ``begin`` on with what was known by then. Shape: series, nights."""
    alarm = alarms(deviations, baseline_nights)
    return Assessment(
        alarm,
        watches(deviations, baseline_nights),
        strongest_splits(deviations, alarm, baseline_nights, spent, begin=begin),
    )


def judge_night(
    series: Sequence[Series], baselines: Mapping[SeriesKey, Baseline], tonight: date | None = None
) -> tuple[Finding, ...]:
    """Findings on one night, of each series its level first and then its pass rate.

    ``tonight`` is the latest night of all series unless said. A series that was not measured then,
    a key without a baseline, a night that cannot be compared and a series that is too short are
    findings too. What is passed in is one family of tests: pass in a night's metrics together.
    RegressionError for a baseline of another unit or scale.
    """
    nights = [one.nights[-1].date for one in series if one.nights]
    tonight = tonight or max(nights, default=None)
    drafts = []
    for one in series:
        baseline = baselines.get(one.key)
        if baseline is not None:
            baseline.check(one)
        if not one.is_measured:
            drafts.append(_judge_verdicts(one, baseline, tonight))
            continue
        drafts.append(_judge_level(one, baseline, tonight))
        if baseline is not None and baseline.trials and drafts[-1].reason != _ABSENT:
            drafts.append(judge_pass_rate(one, baseline))
    tested = [i for i, draft in enumerate(drafts) if draft.p is not None]
    q_values = discovery_rates([drafts[i].p or 0.0 for i in tested])
    for i, q in zip(tested, q_values, strict=True):
        drafts[i] = _weigh_among_all(drafts[i], q, len(tested))
    return tuple(drafts)


def _weigh_among_all(draft: Finding, q: float, tests: int) -> Finding:
    if draft.tier is Tier.ALERT and q > Q_LIMIT:
        among = f"among {write_count(tests, 'test')} of the night"
        reason = f"{draft.reason}, but not certain enough {among}"
        return replace(draft, q=q, tier=Tier.WATCH, reason=reason)
    return replace(draft, q=q)


def _judge_verdicts(series: Series, baseline: Baseline | None, tonight: date | None) -> Finding:
    if baseline is None:
        return replace(_without_baseline(series), kind=Kind.PASSES)
    found = judge_pass_rate(series, baseline)
    if found.night is not None and found.night != tonight:
        return replace(found, tier=Tier.NOT_JUDGED, reason=_ABSENT, p=None, shift=None, since=None)
    return found


def _judge_level(series: Series, baseline: Baseline | None, tonight: date | None) -> Finding:
    if baseline is None:
        return _without_baseline(series)
    later = series.after(baseline.last)
    nights = [night for night in later if baseline.takes(night)]
    known = Finding(
        series.key,
        Kind.LEVEL,
        Tier.NOT_JUDGED,
        "no night since the baseline",
        night=later[-1].date if later else None,
        compared=str(baseline),
        golden=baseline.has_golden,
        passed_over=tuple(night.date for night in later if not baseline.takes(night)),
    )
    if later and later[-1].date != tonight:
        return replace(known, reason=_ABSENT)
    if later and (not nights or nights[-1] is not later[-1]):
        return replace(known, reason="this night has too few taps, or no golden device")
    if not nights:
        return known
    values = centres(nights, series.scale)[None, :]
    golden = golden_centres(nights, series.scale)[None, :] if baseline.has_golden else None
    levels = baseline.levels
    deviations = levels.deviations(values, golden)
    found = assess(deviations, levels.nights, levels.spent, begin=len(nights) - 1)
    return _last_night(known, series, baseline, found, [night.date for night in nights])


def _last_night(
    known: Finding, series: Series, baseline: Baseline, found: Assessment, dates: Sequence[date]
) -> Finding:
    p = found.splits.p(0, len(dates) - 1)
    if found.alarm[0, -1]:
        tier, reason = Tier.ALERT, "the CUSUM alarms"
    elif found.watch[0, -1]:
        tier, reason = Tier.WATCH, "the moving average is off"
    else:
        return replace(known, tier=Tier.UNCHANGED, reason="within what nights differ", p=p)
    first = int(found.splits.first[0, -1])
    t = float(found.splits.t[0, -1])
    return replace(
        known,
        tier=tier,
        reason=reason,
        since=dates[first],
        shift=_shift(series, baseline, found.splits),
        is_worse=(t > 0) == (series.worse is Worse.HIGHER),
        p=p,
    )


def _shift(series: Series, baseline: Baseline, splits: Splits) -> Shift:
    """The mean of the changed nights off the baseline, back in what people read."""
    bound = student_bound(_CONFIDENCE, float(splits.degrees[-1]))
    middle = float(splits.step[0, -1]) * baseline.spread
    half = float(splits.error[0, -1]) * baseline.spread * bound
    low, high = middle - half, middle + half
    if series.scale is Scale.DIFFERENCE:
        return Shift(middle, low, high, series.unit)
    return Shift(_percent(middle), _percent(low), _percent(high), "%")


def _percent(logarithm: float) -> float:
    return 100 * math.expm1(logarithm)


def _without_baseline(series: Series) -> Finding:
    nights = count_nights(series)
    reason = "no baseline yet" if nights >= FEWEST_NIGHTS else say_too_few(nights)
    if series.is_measured and not nights:
        reason = f"{reason}: a night counts from {FEWEST_TAPS} samples on"
    night = series.nights[-1].date if series.nights else None
    return Finding(series.key, Kind.LEVEL, Tier.NOT_JUDGED, reason, night=night)
