"""What may be said of samples without assuming how they are distributed.

Everything rests on counting: of ``n`` independent samples, the number that lie below a quantile is
binomial. So order statistics bound a quantile (David and Nagaraja, *Order Statistics*, section
7.1), and Clopper and Pearson's bound (Biometrika 26, 1934) says which fraction of all taps a count
of samples demonstrates. All of it holds at the stated confidence or better, for any distribution.

The samples must be independent: taps of one session under like conditions, not several nights.
Pure Python on purpose: a test plan with a handful of samples must not pay for importing numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from rig.records.run import Statistic

PERCENTS = (50, 95, 99)
_ROUNDING = 1 + 1e-9  # a tail that meets its share exactly must not miss it by a rounding error


def rank(n: int, percent: int) -> int:
    """Which of ``n`` sorted samples, from 1, estimates a percentile: the nearest rank.

    It is always a value that was measured, and at least ``percent`` % of the samples are within.
    """
    if not 0 < percent < 100:
        raise ValueError(f"a percentile lies between p1 and p99, not p{percent}")
    return -(-n * percent // 100)


def summary(
    samples: Sequence[float], confidence: float, percents: Sequence[int] = PERCENTS
) -> tuple[Statistic, ...]:
    """Percentiles with their intervals, then mean, min and max; nothing for no samples.

    The last three describe these samples and have no interval: without assuming a distribution
    there is none.
    """
    if not samples:
        return ()
    ordered = sorted(samples)
    plain = {
        "mean": math.fsum(ordered) / len(ordered),
        "min": ordered[0],
        "max": ordered[-1],
    }
    return (
        *(_percentile(ordered, percent, confidence) for percent in percents),
        *(Statistic(name, value, None, None, confidence) for name, value in plain.items()),
    )


def _percentile(ordered: Sequence[float], percent: int, confidence: float) -> Statistic:
    n = len(ordered)
    ranks = interval_ranks(n, percent, confidence)
    low, high = (None, None) if ranks is None else (ordered[ranks[0] - 1], ordered[ranks[1] - 1])
    return Statistic(f"p{percent}", ordered[rank(n, percent) - 1], low, high, confidence)


@lru_cache(maxsize=1024)
def interval_ranks(n: int, percent: int, confidence: float) -> tuple[int, int] | None:
    """Ranks of the two samples that enclose a percentile; None: ``n`` is too small for any two.

    Both sides get half of the permitted error. Where one extreme sample needs more than its half,
    it takes what it needs and the other side gets the rest: so 59 samples already give p95 an
    interval at 95 %, and 72 one with equal tails.
    """
    _check_confidence(confidence)
    p, error = percent / 100, 1 - confidence
    lowest, highest = (1 - p) ** n, p**n  # the quantile lies below, above all samples
    if lowest + highest > error * _ROUNDING:
        return None
    below, above = error / 2, error / 2
    if highest > above:
        below, above = error - highest, highest
    elif lowest > below:
        below, above = lowest, error - lowest
    from_bottom, from_top = _ranks_within(n, p, below), _ranks_within(n, 1 - p, above)
    return max(1, from_bottom), n + 1 - max(1, from_top)  # the extremes were admitted above


def lower_rank(n: int, percent: int, confidence: float) -> int | None:
    """Rank of the sample that is a one-sided lower bound of a percentile; None: too few."""
    _check_confidence(confidence)
    return _ranks_within(n, percent / 100, 1 - confidence) or None


def upper_rank(n: int, percent: int, confidence: float) -> int | None:
    """Rank of the sample that is a one-sided upper bound of a percentile; None: too few.

    "The p95 is at most this sample" and "at least 95 % are within this sample" are one statement.
    """
    mirrored = lower_rank(n, 100 - percent, confidence)
    return None if mirrored is None else n + 1 - mirrored


def demonstrated(n: int, exceedances: int, confidence: float) -> float:
    """Fraction of all taps that is within a limit, at least, when so many of ``n`` were not.

    The one-sided lower bound of Clopper and Pearson; 0.0 when nothing is demonstrated.
    """
    _check_confidence(confidence)
    if not 0 <= exceedances <= n:
        raise ValueError(f"{exceedances} of {n} samples cannot exceed a limit")
    return _demonstrated(n, exceedances, confidence)


@lru_cache(maxsize=1024)
def _demonstrated(n: int, exceedances: int, confidence: float) -> float:
    if exceedances == n:
        return 0.0
    if exceedances == 0:
        return float((1 - confidence) ** (1 / n))
    low, high = 0.0, 1.0
    for _ in range(60):  # halving: 2**-60 is below a float's resolution
        middle = (low + high) / 2
        if _at_most(exceedances, n, 1 - middle) <= 1 - confidence:
            low = middle
        else:
            high = middle
    return low


@lru_cache(maxsize=1024)
def samples_needed(fraction: float, confidence: float, exceedances: int = 0) -> int:
    """How many samples demonstrate that ``fraction`` is within, if so many of them are not.

    ``samples_needed(0.95, 0.95)`` is 59; with one exceedance 93, with two 124.
    """
    _check_confidence(confidence)
    if not 0 < fraction < 1:
        raise ValueError(f"a fraction lies between 0 and 1, not {fraction}")
    short, enough = exceedances, exceedances + 1
    while not is_demonstrated(enough, exceedances, fraction, confidence):
        short, enough = enough, 2 * enough
    while enough - short > 1:
        middle = (short + enough) // 2
        if is_demonstrated(middle, exceedances, fraction, confidence):
            enough = middle
        else:
            short = middle
    return enough


def is_demonstrated(n: int, exceedances: int, fraction: float, confidence: float) -> bool:
    """Whether ``n`` samples, so many not within, show that at least ``fraction`` is within."""
    if exceedances >= n:
        return False
    return _at_most(exceedances, n, 1 - fraction) <= (1 - confidence) * _ROUNDING


def _ranks_within(n: int, p: float, share: float) -> int:
    """How many of the lowest ranks leave a tail of at most ``share``; 0: not even the first."""
    tail = 0.0
    for successes in range(n):
        tail += _exactly(successes, n, p)
        if tail > share * _ROUNDING:
            return successes
    return n


def _at_most(successes: int, n: int, p: float) -> float:
    """Probability of at most so many successes in ``n`` trials."""
    return math.fsum(_exactly(k, n, p) for k in range(successes + 1))


def _exactly(successes: int, n: int, p: float) -> float:
    """Probability of exactly so many; by logarithms, because the factors overflow a float."""
    if p in (0.0, 1.0):
        return float(successes == n * p)
    ways = math.lgamma(n + 1) - math.lgamma(successes + 1) - math.lgamma(n - successes + 1)
    return math.exp(ways + successes * math.log(p) + (n - successes) * math.log1p(-p))


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not {confidence}")
