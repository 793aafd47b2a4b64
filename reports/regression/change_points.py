"""Where a series changed, and how sure that is: the strongest split by Student's t.

For each night that could be the first changed one, the nights before are compared with those from
it on; the farthest t marks the change. Its p-value is multiplied by how many nights were tried
(Bonferroni), so that looking everywhere costs what it should. Like Hunter's change to E-Divisive,
a t-test takes the place of permutations: no random number, the same verdict each time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reports.regression.detectors import Flags, Floats
from reports.regression.exact import student_bound, student_tails

Nights = NDArray[np.int_]
_NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class Splits:
    """For each series and night: the strongest change as it was seen on that night."""

    first: Nights  # index of the first changed night
    step: Floats  # mean of the changed nights off the baseline, in its spreads
    error: Floats  # standard error of that
    t: Floats  # of the changed nights against all nights before
    strength: Floats  # the same, and not below 0, in the direction that was asked for
    degrees: Floats  # of freedom, for each night

    def p(self, series: int, night: int) -> float:
        """How probable so strong a split is anywhere in a series that did not change."""
        tails = student_tails(float(self.strength[series, night]), float(self.degrees[night]))
        return min(1.0, (night + 1) * tails)

    def is_certain(self, alpha: float) -> Flags:
        """Where p is at most ``alpha``, from the t that this takes on each night."""
        bounds = [
            student_bound(1 - alpha / (night + 1), float(degrees))
            for night, degrees in enumerate(self.degrees)
        ]
        found: Flags = self.strength >= np.array(bounds)
        return found


def strongest_splits(
    deviations: Floats,
    direction: Floats,
    baseline_nights: int,
    spent: int = 1,
    *,
    begin: int = 0,
) -> Splits:
    """Look for the change from the baseline on, on every night anew with what was known by then.

    ``direction`` says for each night which change is looked for: 1 upwards, -1 downwards, 0 either.
    An old change that nobody accepted is stronger than a new one the other way, and must not hide
    it. The baseline takes part as so many nights of mean 0 and standard deviation 1, which
    deviations have by definition; ``spent`` is how many figures were estimated from it. Nights
    before ``begin`` are not asked about and stay 0. Shape: series, nights.
    """
    series, nights = deviations.shape
    sums = np.concatenate([np.zeros((series, 1)), np.cumsum(deviations, axis=1)], axis=1)
    squares = np.cumsum(deviations**2, axis=1) + (baseline_nights - spent)
    first = np.zeros((series, nights), dtype=np.int_)
    step, error, t, strength = (np.zeros((series, nights)) for _ in range(4))
    degrees = baseline_nights - spent + np.arange(nights, dtype=np.float64)
    for night in range(begin, nights):
        split = np.arange(night + 1)
        before, after = baseline_nights + split, night + 1 - split
        mean_before = sums[:, split] / before
        mean_after = (sums[:, night + 1, None] - sums[:, split]) / after
        left = squares[:, night, None] - before * mean_before**2 - after * mean_after**2
        spread = np.sqrt(np.maximum(left, _NO_SPREAD) / degrees[night])
        all_t = (mean_after - mean_before) / (spread * np.sqrt(1 / before + 1 / after))
        asked = direction[:, night, None]
        strengths = np.maximum(np.where(asked == 0, np.abs(all_t), asked * all_t), 0)
        errors = spread * np.sqrt(1 / baseline_nights + 1 / after)
        best = np.argmax(strengths, axis=1)[:, None]
        first[:, night] = best[:, 0]
        for into, each in ((step, mean_after), (error, errors), (t, all_t), (strength, strengths)):
            into[:, night] = np.take_along_axis(each, best, axis=1)[:, 0]
    return Splits(first, step, error, t, strength, degrees)


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A change inside a whole history: its first night's index, and how sure it is."""

    first: int
    before: float
    after: float
    p: float


def segment(values: Floats, alpha: float = 0.001, shortest: int = 4) -> tuple[ChangePoint, ...]:
    """Every change in a history, oldest first, by binary segmentation.

    The strongest split is taken if its p-value is at most ``alpha``, and both sides are searched
    again; no segment is shorter than ``shortest`` nights. ``before`` and ``after`` are the means of
    the two neighbouring segments. For trends and for choosing a baseline; alerts do not rest on it.
    """
    cuts = sorted(_cuts(values, 0, len(values), alpha, shortest))
    edges = [0, *(cut for cut, _ in cuts), len(values)]
    means = [float(np.mean(values[a:b])) for a, b in pairwise(edges)]
    return tuple(ChangePoint(cut, means[i], means[i + 1], p) for i, (cut, p) in enumerate(cuts))


def _cuts(
    values: Floats, begin: int, end: int, alpha: float, shortest: int
) -> list[tuple[int, float]]:
    found = _strongest(values[begin:end], shortest)
    if found is None or found[1] > alpha:
        return []
    cut, p = begin + found[0], found[1]
    left = _cuts(values, begin, cut, alpha, shortest)
    return [*left, (cut, p), *_cuts(values, cut, end, alpha, shortest)]


def _strongest(values: Floats, shortest: int) -> tuple[int, float] | None:
    n = len(values)
    splits = np.arange(shortest, n - shortest + 1)
    if not len(splits):
        return None
    centred = values - np.mean(values)
    sums = np.cumsum(centred)[splits - 1]
    between = sums**2 * n / (splits * (n - splits))
    best = int(np.argmax(between))
    within = max(float(np.sum(centred**2) - between[best]), _NO_SPREAD)
    t = math.sqrt(float(between[best]) * (n - 2) / within)
    return int(splits[best]), min(1.0, len(splits) * student_tails(t, n - 2))
