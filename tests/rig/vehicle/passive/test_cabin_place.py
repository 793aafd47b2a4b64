"""Inside or not, by anchors under the roof."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.api.space import Point
from rig.vehicle.passive.cabin_place import place_by_cabin
from rig.vehicle.passive.geometry import COOPER
from rig.vehicle.passive.position import Ranged

ROOF = {
    "front_left": Point(0.4, 0.5, 1.25),
    "front_right": Point(0.4, -0.5, 1.25),
    "rear_left": Point(-1.2, 0.5, 1.25),
    "rear_right": Point(-1.2, -0.5, 1.25),
}


def ranged(at: Point, places: dict[str, Point]) -> dict[str, Ranged]:
    return {name: Ranged(place, place.distance_m(at)) for name, place in places.items()}


@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(0.2, 1.8))
def test_the_place_is_found_whatever_the_height(x: float, y: float, z: float) -> None:
    found = place_by_cabin(ranged(Point(x, y, z), ROOF), COOPER)
    assert found is not None
    assert Point(x, y).distance_m(Point(found.x_m, found.y_m)) < 1e-6


def test_anchors_outside_of_the_cabin_have_no_say() -> None:
    outside = {"left": Point(0.6, 0.9, 1.25), "right": Point(0.6, -0.9, 1.25)}
    two = dict(list(ROOF.items())[:2])
    assert place_by_cabin(ranged(Point(0, 0, 1), {**two, **outside}), COOPER) is None


def test_anchors_in_a_line_or_at_several_heights_tell_nothing() -> None:
    line = {f"{x}": Point(x, 0.0, 1.2) for x in (-1.0, 0.0, 0.5)}
    assert place_by_cabin(ranged(Point(0, 0, 1), line), COOPER) is None
    uneven = {n: Point(p.x_m, p.y_m, 0.4 * i) for i, (n, p) in enumerate(ROOF.items())}
    assert place_by_cabin(ranged(Point(0, 0, 1), uneven), COOPER) is None
