"""Confidence intervals of a mean, a standard deviation and a share.

The mean's is Student's, which holds well beyond normal samples once there are a few tens. The
standard deviation's is Bonett's (Computational Statistics & Data Analysis 50, 2006), which allows
for tails heavier than normal; it covers 91 to 99 % where it says 95 %. The share's is Clopper and
Pearson's, which never covers less than it says. All of them speak of independent samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from rig.measure.statistics import demonstrated
from rig.records.run import Statistic

Interval = tuple[float, float]
_FEWEST = 5  # below that nothing may be said of a spread


def mean_of(samples: Sequence[float]) -> float:
    """The arithmetic mean."""
    return math.fsum(samples) / len(samples)


def deviation_of(samples: Sequence[float]) -> float:
    """The standard deviation with n - 1; 0 for a single sample."""
    if len(samples) < 2:
        return 0.0
    mean = mean_of(samples)
    return math.sqrt(math.fsum((x - mean) ** 2 for x in samples) / (len(samples) - 1))


def mean_interval(samples: Sequence[float], confidence: float) -> Interval | None:
    """Student's interval of the mean; None for fewer than five samples."""
    n = len(samples)
    if n < _FEWEST:
        return None
    half = _t(1 - (1 - confidence) / 2, n - 1) * deviation_of(samples) / math.sqrt(n)
    mean = mean_of(samples)
    return mean - half, mean + half


def deviation_interval(samples: Sequence[float], confidence: float) -> Interval | None:
    """Bonett's interval of the standard deviation; None for fewer than five samples."""
    n, deviation = len(samples), deviation_of(samples)
    if n < _FEWEST:
        return None
    if deviation == 0:
        return 0.0, 0.0
    z = NormalDist().inv_cdf(1 - (1 - confidence) / 2)
    centre = _trimmed_mean(samples, 1 / (2 * math.sqrt(n - 4)))
    squares = math.fsum((x - mean_of(samples)) ** 2 for x in samples)
    kurtosis = n * math.fsum((x - centre) ** 4 for x in samples) / squares**2
    small = n / (n - z) if n > z else 1.0
    error = small * math.sqrt(max(0.0, kurtosis - (n - 3) / n) / (n - 1))
    middle = math.log(small * deviation**2)
    return math.exp((middle - z * error) / 2), math.exp((middle + z * error) / 2)


def deviation(samples: Sequence[float], confidence: float) -> tuple[Statistic, ...]:
    """The standard deviation as "sd" with its interval; nothing for fewer than two samples."""
    if len(samples) < 2:
        return ()
    low, high = deviation_interval(samples, confidence) or (None, None)
    return (Statistic("sd", deviation_of(samples), low, high, confidence),)


def share_interval(hits: int, n: int, confidence: float) -> Interval:
    """Clopper and Pearson's interval of a share, with equal tails."""
    one_sided = 1 - (1 - confidence) / 2
    return demonstrated(n, n - hits, one_sided), 1 - demonstrated(n, hits, one_sided)


def _trimmed_mean(samples: Sequence[float], share: float) -> float:
    cut = min(int(share * len(samples)), (len(samples) - 1) // 2)
    return mean_of(sorted(samples)[cut : len(samples) - cut])


def _t(p: float, freedom: int) -> float:
    """A quantile of Student's t by its expansion about the normal one (to 0.2 % from 4 on)."""
    z = NormalDist().inv_cdf(p)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(term / freedom**power for power, term in enumerate(terms))
