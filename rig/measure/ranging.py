"""Ranges of a phone at rest: how wrong, how scattered, how often (facts 4.1, 4.2).

An error is a range less the true distance. Blocks at one position share their surroundings: the
intervals say how well the figures of this position are known, not how another position would be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rig.measure.errors import SampleError
from rig.measure.intervals import Interval, deviation, mean_interval, mean_of, share_interval
from rig.measure.statistics import interval_ranks, summary
from rig.records.run import (
    CalibrationRecord,
    RangeMap,
    RangePosition,
    Statistic,
    WalkRecord,
    WalkSet,
)

OUTLIER_SIGMAS, OUTLIER_M = 3.0, 0.5
_MAD_TO_SIGMA = 1.4826  # of a normal distribution
_QUANTUM_M = 0.01  # UCI tells whole centimetres; no spread is trusted to be below


@dataclass(frozen=True, slots=True)
class Spot:
    """A position of a survey: where in the car's plan, and how far from the anchor in truth."""

    anchor: str
    x_m: float
    y_m: float
    reference_m: float
    condition: str = ""


def range_position(
    spot: Spot, ranges_m: Sequence[float], expected: int, confidence: float = 0.95
) -> RangePosition:
    """All figures of one position, from the valid ranges of ``expected`` blocks.

    Raises SampleError for more ranges than blocks, and for no blocks.
    """
    if not 0 <= len(ranges_m) <= expected or not expected:
        raise SampleError(f"{spot.anchor}: {len(ranges_m)} ranges of {expected} blocks")
    errors = [range_m - spot.reference_m for range_m in ranges_m]
    return RangePosition(
        anchor=spot.anchor,
        x_m=spot.x_m,
        y_m=spot.y_m,
        reference_m=spot.reference_m,
        expected=expected,
        ranges_m=tuple(ranges_m),
        statistics=error_statistics(errors, expected, confidence),
        condition=spot.condition,
    )


def error_statistics(
    errors_m: Sequence[float], expected: int, confidence: float = 0.95
) -> tuple[Statistic, ...]:
    """Bias, spread, robust spread, p95 of the error's size, outliers, availability.

    Without any errors there is the availability alone.
    """
    n = len(errors_m)
    share = share_interval(n, expected, confidence)
    available = _statistic("availability", n / expected, share, confidence)
    if not n:
        return (available,)
    (p95, *_) = summary([abs(e) for e in errors_m], confidence, (95,))
    robust, robust_interval = robust_deviation(errors_m, confidence)
    outliers = count_outliers(errors_m, robust)
    return (
        _statistic("bias", mean_of(errors_m), mean_interval(errors_m, confidence), confidence),
        *deviation(errors_m, confidence),
        _statistic("robust sd", robust, robust_interval, confidence),
        Statistic("p95 of the error", p95.value, p95.low, p95.high, confidence),
        _statistic("outliers", outliers / n, share_interval(outliers, n, confidence), confidence),
        available,
    )


def robust_deviation(
    samples: Sequence[float], confidence: float = 0.95
) -> tuple[float, Interval | None]:
    """1.4826 times the median distance from the median, and its interval by order statistics.

    The interval takes the samples' median as the true one.
    """
    middle = _median(sorted(samples))
    distances = sorted(_MAD_TO_SIGMA * abs(x - middle) for x in samples)
    ranks = interval_ranks(len(distances), 50, confidence)
    interval = None if ranks is None else (distances[ranks[0] - 1], distances[ranks[1] - 1])
    return _median(distances), interval


def count_outliers(errors_m: Sequence[float], robust_m: float) -> int:
    """Errors that lie 3 robust sigmas from the median, or are half a metre or more."""
    middle = _median(sorted(errors_m))
    far_m = OUTLIER_SIGMAS * max(robust_m, _QUANTUM_M)
    return sum(abs(e - middle) > far_m or abs(e) >= OUTLIER_M for e in errors_m)


def range_map(
    name: str,
    cell_m: float,
    positions: Sequence[RangePosition],
    calibrations: Mapping[str, CalibrationRecord] | None = None,
) -> RangeMap:
    """A survey's record; of the calibrations, those of the anchors that ranged in it.

    Raises SampleError when one anchor measured twice at one position, in the same condition.
    """
    seen = [(p.anchor, p.x_m, p.y_m, p.condition) for p in positions]
    twice = next((where for where in seen if seen.count(where) > 1), None)
    if twice is not None:
        raise SampleError(f"{name}: {twice[0]} measured twice at {twice[1]:g}, {twice[2]:g}")
    anchors = dict.fromkeys(p.anchor for p in positions)
    known = calibrations or {}
    used = tuple(known[anchor] for anchor in anchors if anchor in known)
    return RangeMap(name, cell_m, tuple(positions), used)


def crossing_statistics(
    distances_m: Sequence[float], confidence: float = 0.95
) -> tuple[Statistic, ...]:
    """Distances at which a decision fell, one a walk: mean and spread with intervals, quantiles."""
    if not distances_m:
        return ()
    interval = mean_interval(distances_m, confidence)
    mean = _statistic("mean", mean_of(distances_m), interval, confidence)
    quantiles = summary(distances_m, confidence, (5, 50, 95))
    kept = (s for s in quantiles if s.name != "mean")
    return (mean, *deviation(distances_m, confidence), *kept)


def walk_set(
    name: str,
    walks: Sequence[WalkRecord],
    radii_m: Mapping[str, float],
    confidence: float = 0.95,
) -> WalkSet:
    """Walks with the statistics of each decision's distance, the first of its kind in a walk.

    Raises SampleError for a walk whose times and distances are not as many.
    """
    distances: dict[str, list[float]] = {}
    for walk in walks:
        if not len(walk.times_s) == len(walk.true_m) == len(walk.ranged_m):
            raise SampleError(f"{name}: walk {walk.number} has times without distances")
        for what in dict.fromkeys(d.what for d in walk.decisions):
            first = next(d for d in walk.decisions if d.what == what)
            distances.setdefault(what, []).append(first.distance_m)
    crossings = {what: crossing_statistics(found, confidence) for what, found in distances.items()}
    return WalkSet(name, tuple(walks), crossings, dict(radii_m))


def _statistic(name: str, value: float, interval: Interval | None, confidence: float) -> Statistic:
    low, high = interval or (None, None)
    return Statistic(name, value, low, high, confidence)


def _median(ordered: Sequence[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
