"""Where the phone is, from the ranges of anchors in known places. Pure.

The phone's height is assumed, so that the place is sought over the ground. A range that is longer
than a place explains weighs less, as an obstacle only lengthens; one that is shorter by far is
nothing physics allows (facts 4.2, 4.5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.api.space import Point

_SIGMA_M = 0.05
_SIGMA_PER_M = 0.02  # far anchors see less of the straight path
_EXCESS_M = 0.10  # from here on, a range that is too long weighs less
_EXPLAINED = 4.0  # squared deviations in sigmas a range, up to which a place explains them
_STEPS_MOST = 25
_STILL_M = 1e-4
_STARTS = ((2.0, 2.0), (2.0, -2.0), (-2.0, 2.0), (-2.0, -2.0), (0.0, 0.0), (5.0, 0.0), (-5.0, 0.0))
_LEFT_OUT_MOST, _KEPT_LEAST = 2, 5  # anchors
_FLAT = 0.02  # how well three anchors have to span the ground, by the determinant of directions


@dataclass(frozen=True, slots=True)
class Ranged:
    """One anchor's place and its range to the phone, in metres."""

    at: Point
    distance_m: float


@dataclass(frozen=True, slots=True)
class Fix:
    """A place, and by how much each range is longer (+) or shorter (-) than it explains."""

    at: Point
    residuals_m: Mapping[str, float]

    @property
    def shortest_m(self) -> float:
        """The residual that is the most below zero; 0 when none is."""
        return min(0.0, *self.residuals_m.values())


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Anchors whose ranges cannot all be true: which are too long, too short, or either."""

    long: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()


def disagreement(ranges: Mapping[str, Ranged], tolerance_m: float) -> Disagreement:
    """Whose ranges differ by more than the anchors are apart.

    The one that contradicts most others is wrong: longer than several, something stands in its way,
    which is everyday; shorter than several, it was made to read so. Where one stands against one,
    nobody can tell.
    """
    against = {
        (one, other)
        for one, a in ranges.items()
        for other, b in ranges.items()
        if a.distance_m - b.distance_m > a.at.distance_m(b.at) + tolerance_m
    }
    long, short = set[str](), set[str]()
    while against:
        longer, shorter = Counter(one for one, _ in against), Counter(b for _, b in against)
        (one, too_long), (other, too_short) = longer.most_common(1)[0], shorter.most_common(1)[0]
        if too_long == too_short:
            break
        if too_long > too_short:
            long.add(one)
            against = {pair for pair in against if pair[0] != one}
        else:
            short.add(other)
            against = {pair for pair in against if pair[1] != other}
    either = frozenset(name for pair in against for name in pair)
    return Disagreement(frozenset(long), frozenset(short), either)


def fix(ranges: Mapping[str, Ranged], height_m: float, near: Point | None = None) -> Fix | None:
    """The place that explains the ranges best; None with fewer than three, or all in a line.

    ``near`` is where it was a moment before.
    """
    if len(ranges) < 3 or not _spanned([r.at for r in ranges.values()]):
        return None
    best = _search(tuple(ranges.values()), height_m, near)
    return Fix(best, {name: r.distance_m - r.at.distance_m(best) for name, r in ranges.items()})


def fix_past_obstacles(
    ranges: Mapping[str, Ranged], height_m: float, near: Point | None, most_short_m: float
) -> Fix | None:
    """As ``fix``; where some range is too short for it, the longest ones may be what is wrong.

    A path around the vehicle lengthens by metres, and then draws the place away from the anchors
    that see it. So up to two of the longest are left out, as long as five remain: an anchor that
    was made to read short stays short against the others.
    """
    found = fix(ranges, height_m, near)
    kept = dict(ranges)
    while (
        found is not None
        and found.shortest_m < -most_short_m
        and len(kept) > max(_KEPT_LEAST, len(ranges) - _LEFT_OUT_MOST)
    ):
        del kept[max(found.residuals_m, key=found.residuals_m.__getitem__)]
        found = fix(kept, height_m, near)
    return found


def at_most_m(ranges: Mapping[str, Ranged], to: Point) -> float:
    """How far the phone can be from a point at most: what any single anchor vouches for."""
    return min(r.distance_m + r.at.distance_m(to) for r in ranges.values())


def _spanned(places: Sequence[Point]) -> bool:
    """Whether the anchors span the ground, so that no mirrored place explains them as well."""
    count = len(places)
    mx, my = sum(p.x_m for p in places) / count, sum(p.y_m for p in places) / count
    xx = sum((p.x_m - mx) ** 2 for p in places) / count
    yy = sum((p.y_m - my) ** 2 for p in places) / count
    xy = sum((p.x_m - mx) * (p.y_m - my) for p in places) / count
    return xx * yy - xy * xy > _FLAT


def _search(ranges: Sequence[Ranged], height_m: float, near: Point | None) -> Point:
    """Go on from where it was; look all around where that does not explain the ranges."""
    if near is not None:
        found = _descend(ranges, Point(near.x_m, near.y_m, height_m))
        if _cost(ranges, found) <= _EXPLAINED * len(ranges):
            return found
    everywhere = [_descend(ranges, Point(x, y, height_m)) for x, y in _STARTS]
    return min(everywhere, key=lambda at: _cost(ranges, at))


def _weight(ranged: Ranged, residual_m: float) -> float:
    sigma_m = _SIGMA_M + _SIGMA_PER_M * ranged.distance_m
    excess = min(1.0, _EXCESS_M / residual_m) if residual_m > 0 else 1.0
    return excess / sigma_m**2


def _cost(ranges: Sequence[Ranged], at: Point) -> float:
    residuals = [(r, r.distance_m - r.at.distance_m(at)) for r in ranges]
    return sum(_weight(r, residual) * residual**2 for r, residual in residuals)


def _descend(ranges: Sequence[Ranged], start: Point) -> Point:
    """Gauss-Newton with weights that follow the residuals."""
    at = start
    for _ in range(_STEPS_MOST):
        xx = xy = yy = gx = gy = 0.0
        for r in ranges:
            far_m = max(r.at.distance_m(at), 1e-6)
            ux, uy = (at.x_m - r.at.x_m) / far_m, (at.y_m - r.at.y_m) / far_m
            residual_m = r.distance_m - far_m
            w = _weight(r, residual_m)
            xx, xy, yy = xx + w * ux * ux, xy + w * ux * uy, yy + w * uy * uy
            gx, gy = gx + w * ux * residual_m, gy + w * uy * residual_m
        xx, yy = xx + 1.0, yy + 1.0  # keeps a step finite where directions are all alike
        det = xx * yy - xy * xy
        dx, dy = (yy * gx - xy * gy) / det, (xx * gy - xy * gx) / det
        at = Point(at.x_m + dx, at.y_m + dy, at.z_m)
        if abs(dx) + abs(dy) < _STILL_M:
            break
    return at
