"""Where a phone that walks is now, from the last few blocks that agree on it. Pure.

Each block is a moment old, and waiting for several of them costs more moments. Whoever walks
straight on has a distance that changes evenly: blocks that lie on one line say where it is now, and
one that does not is no part of it. So that several blocks have to agree costs no distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median


@dataclass(frozen=True, slots=True)
class Trend:
    """``now_m`` and ``speed_mps`` (below zero: it comes nearer), and which points agree."""

    now_m: float
    speed_mps: float
    agreeing: tuple[bool, ...]


def trend(
    points: Sequence[tuple[int, float]], now_ns: int, tolerance_m: float, speed_cap_mps: float
) -> Trend | None:
    """The line through most of the points (t in ns, distance in m), by Theil and Sen.

    ``agreeing`` are those within the tolerance of it. None without points; a single one stands
    still. The median of all slopes and intercepts outlives up to 29 % of points that are wrong.
    """
    if not points:
        return None
    at_s = [(t_ns - now_ns) / 1e9 for t_ns, _ in points]
    metres = [distance_m for _, distance_m in points]
    slopes = [
        (metres[j] - metres[i]) / (at_s[j] - at_s[i])
        for i, j in combinations(range(len(points)), 2)
        if at_s[j] != at_s[i]
    ]
    slope = max(-speed_cap_mps, min(speed_cap_mps, median(slopes))) if slopes else 0.0
    now_m = median(m - slope * t for m, t in zip(metres, at_s, strict=True))
    agreeing = tuple(
        abs(m - slope * t - now_m) <= tolerance_m for m, t in zip(metres, at_s, strict=True)
    )
    return Trend(now_m, slope, agreeing)
