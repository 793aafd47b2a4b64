"""Whether a phone is in the cabin, from the anchors in it. Pure.

Anchors under the roof see a phone inside freely, and one outside through glass alone. They hang at
one height, so the differences of their squared ranges give the place over the ground whatever the
height of the phone is: on a seat it is lower than in a hand, which would lead any other way of
finding a place astray where anchors are as near as here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drivers.api.space import Point
from rig.vehicle.passive.geometry import VehicleGeometry
from rig.vehicle.passive.position import Ranged

_LEAST = 3  # anchors, for a place
_LEVEL_M = 0.15  # anchors that differ less in height hang at one
_FLAT = 0.02  # how well anchors have to span the ground, by the determinant of their spread


def place_by_cabin(ranges: Mapping[str, Ranged], geometry: VehicleGeometry) -> Point | None:
    """The place over the ground, its height left at 0; None with too few anchors in the cabin."""
    inside = [r for r in ranges.values() if geometry.cabin.holds(r.at)]
    level = [r for r in inside if abs(r.at.z_m - inside[0].at.z_m) <= _LEVEL_M]
    return _solved(level) if len(level) >= _LEAST else None


def _solved(ranges: Sequence[Ranged]) -> Point | None:
    """Least squares of r^2 = |p - a|^2 less its mean over the anchors, which is linear in p."""
    count = len(ranges)
    mx, my = sum(r.at.x_m for r in ranges) / count, sum(r.at.y_m for r in ranges) / count
    known = [r.at.x_m**2 + r.at.y_m**2 - r.distance_m**2 for r in ranges]
    middle = sum(known) / count
    xx = xy = yy = bx = by = 0.0
    for r, value in zip(ranges, known, strict=True):
        dx, dy, half = r.at.x_m - mx, r.at.y_m - my, (value - middle) / 2
        xx, xy, yy = xx + dx * dx, xy + dx * dy, yy + dy * dy
        bx, by = bx + dx * half, by + dy * half
    determinant = xx * yy - xy * xy
    if determinant / count**2 < _FLAT:
        return None
    return Point((yy * bx - xy * by) / determinant, (xx * by - xy * bx) / determinant)
