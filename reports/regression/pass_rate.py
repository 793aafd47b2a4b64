"""Pass rates: whether fewer attempts pass than in the baseline, by Fisher's exact test.

One night's failures often have one cause, a phone that hung or a reader that fell off. So an alert
needs failures on two nights at least; a single bad night is watched, however bad.
"""

from __future__ import annotations

import math
from dataclasses import replace

from reports.regression.baseline import Baseline
from reports.regression.exact import fisher_less, wilson
from reports.regression.findings import Finding, Kind, Shift, Tier
from reports.regression.series import Series

LAST_NIGHTS = 7
ALERT_P = 0.001  # asked anew each night: about one false alarm in a hundred series a month
WATCH_P = 0.01
_NIGHTS_WITH_FAILURES = 2


def judge_pass_rate(series: Series, baseline: Baseline) -> Finding:
    """The last seven nights with attempts, after the baseline and against it."""
    nights = [night for night in series.after(baseline.last) if night.trials][-LAST_NIGHTS:]
    known = Finding(
        series.key,
        Kind.PASSES,
        Tier.NOT_JUDGED,
        "no attempt since the baseline",
        night=nights[-1].date if nights else None,
        compared=str(baseline),
    )
    if not nights or not baseline.trials:
        return known
    passed, trials = sum(n.passed for n in nights), sum(n.trials for n in nights)
    p = fisher_less(passed, trials, baseline.passed, baseline.trials)
    failing = [night for night in nights if night.passed < night.trials]
    counts = f"{passed} of {trials} passed, {baseline.passed} of {baseline.trials} before"
    if p > WATCH_P:
        return replace(known, tier=Tier.UNCHANGED, reason=counts, p=p)
    is_repeated = len(failing) >= _NIGHTS_WITH_FAILURES
    return replace(
        known,
        tier=Tier.ALERT if p <= ALERT_P and is_repeated else Tier.WATCH,
        reason=counts if is_repeated else f"{counts}, all failures in one night",
        since=failing[0].date,
        shift=_points(passed, trials, baseline.passed, baseline.trials),
        is_worse=True,
        p=p,
    )


def _points(passed: int, trials: int, passed_before: int, trials_before: int) -> Shift:
    """The difference of two rates in points of percent (Newcombe, Stat. Med. 17, 1998, no. 10)."""
    now, before = passed / trials, passed_before / trials_before
    low, high = wilson(passed, trials)
    low_before, high_before = wilson(passed_before, trials_before)
    down = math.hypot(now - low, high_before - before)
    up = math.hypot(high - now, before - low_before)
    shift = now - before
    return Shift(100 * shift, 100 * (shift - down), 100 * (shift + up), "points")
