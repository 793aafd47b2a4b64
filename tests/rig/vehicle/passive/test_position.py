"""Places from ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api.space import Point
from rig.vehicle.passive.position import (
    Disagreement,
    Ranged,
    at_most_m,
    disagreement,
    fix,
    fix_past_obstacles,
)
from tests.rig.vehicle.passive.walks import ANCHORS

around = st.builds(Point, st.floats(-6, 6), st.floats(-6, 6), st.just(1.0))
nearby = st.builds(Point, st.floats(-3, 3), st.floats(-3, 3), st.just(1.0))


def ranged(at: Point, **more_m: float) -> dict[str, Ranged]:
    """Exact ranges, some of them changed."""
    return {
        name: Ranged(place, place.distance_m(at) + more_m.get(name, 0.0))
        for name, place in ANCHORS.items()
    }


@given(around)
def test_exact_ranges_give_the_place(at: Point) -> None:
    found = fix(ranged(at), 1.0)
    assert found is not None
    assert found.at.distance_m(at) < 0.02
    assert found.shortest_m > -0.02


@given(nearby, st.sampled_from([*ANCHORS]), st.floats(0.0, 0.3))
def test_one_blocked_path_hardly_moves_the_place(at: Point, anchor: str, longer_m: float) -> None:
    found = fix(ranged(at, **{anchor: longer_m}), 1.0, near=at)
    assert found is not None
    assert found.at.distance_m(at) < 0.1 + 3 * longer_m  # farther away, sideways is dilute


def test_a_badly_blocked_path_hides_behind_the_three_others() -> None:
    at = Point(-2.0, 3.0, 1.0)
    found = fix(ranged(at, right=1.5), 1.0)
    assert found is not None
    assert found.at.distance_m(at) < 0.2


def test_where_the_phone_was_decides_nothing_that_the_ranges_decide() -> None:
    at = Point(-0.3, 1.5, 1.0)
    found = fix(ranged(at), 1.0, near=Point(0.0, -4.0))
    assert found is not None
    assert found.at.distance_m(at) < 0.01


def test_two_anchors_give_no_place() -> None:
    two = dict(list(ranged(Point(2, 2, 1)).items())[:2])
    assert fix(two, 1.0) is None


def test_anchors_in_a_line_give_no_place() -> None:
    line = {f"{x}": Ranged(Point(x, 0, 1), 2.0) for x in (-1, 0, 1)}
    assert fix(line, 1.0) is None


@given(around)
def test_true_ranges_never_disagree(at: Point) -> None:
    assert disagreement(ranged(at), 1e-6) == Disagreement()


def test_a_range_shorter_than_the_triangle_allows_disagrees() -> None:
    """The anchors left and right are 1.8 m apart, the phone is 3 m to the left of the left one."""
    at = Point(0.6, 3.9, 0.9)
    assert disagreement(ranged(at, right=-2.9), 1.0) == Disagreement()  # 3.0 and 1.9: 1.1 apart
    assert disagreement(ranged(at, left=-2.0), 0.9) == Disagreement(short=frozenset({"left"}))


def test_a_range_longer_than_the_triangle_allows_is_obstructed_and_nobody_is_accused() -> None:
    at = Point(0.6, 3.9, 0.9)
    assert disagreement(ranged(at, right=4.0), 1.0) == Disagreement(long=frozenset({"right"}))


def test_where_one_stands_against_one_nobody_can_tell() -> None:
    two = {"left": Ranged(Point(0, 1, 1), 1.0), "right": Ranged(Point(0, -1, 1), 6.0)}
    assert disagreement(two, 1.0) == Disagreement(either=frozenset(two))


def test_a_path_around_the_vehicle_is_left_out_when_it_draws_the_place_away() -> None:
    """Six anchors see the phone, one has its path around the vehicle."""
    at = Point(0.0, 2.0, 1.0)
    corners = [Point(x, y, 0.6) for x in (1.9, -1.9, 0.4) for y in (0.8, -0.8)]
    ranges = {str(n): Ranged(place, place.distance_m(at)) for n, place in enumerate(corners)}
    ranges["1"] = Ranged(corners[1], corners[1].distance_m(at) + 3.0)
    found = fix_past_obstacles(ranges, 1.0, None, 0.01)
    assert found is not None
    assert found.at.distance_m(at) < 0.02
    assert "1" not in found.residuals_m


def test_an_anchor_that_was_made_to_read_short_stays_short() -> None:
    at = Point(0.0, 6.0, 1.0)
    corners = [Point(x, y, 0.6) for x in (1.9, -1.9, 0.4) for y in (0.8, -0.8)]
    ranges = {str(n): Ranged(place, place.distance_m(at)) for n, place in enumerate(corners)}
    ranges["1"] = Ranged(corners[1], 0.5)
    found = fix_past_obstacles(ranges, 1.0, None, 0.5)
    assert found is not None
    assert found.shortest_m < -0.5


def test_a_single_anchor_vouches_for_its_own_circle() -> None:
    one = {"handle": Ranged(Point(0, 1, 1), 0.6)}
    assert at_most_m(one, Point(0, 1, 1)) == pytest.approx(0.6)
    assert at_most_m(one, Point(0, 1.5, 1)) == pytest.approx(1.1)


@given(around, around)
def test_nobody_is_farther_than_any_anchor_vouches_for(at: Point, handle: Point) -> None:
    assert at.distance_m(handle) <= at_most_m(ranged(at), handle) + 1e-9
