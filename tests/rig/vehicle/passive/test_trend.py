"""Where somebody is now who walks straight on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.vehicle.passive.trend import trend

BLOCK_NS = 96_000_000


def points(*metres: float) -> list[tuple[int, float]]:
    return [(i * BLOCK_NS, m) for i, m in enumerate(metres)]


@given(st.floats(-2.5, 2.5), st.floats(0, 10), st.integers(2, 10))
def test_a_straight_walk_is_told_exactly(speed_mps: float, begin_m: float, count: int) -> None:
    walked = points(*(begin_m + speed_mps * 0.096 * i for i in range(count)))
    found = trend(walked, (count + 1) * BLOCK_NS, 0.3, 3.0)
    assert found is not None
    assert found.now_m == pytest.approx(begin_m + speed_mps * 0.096 * (count + 1), abs=1e-6)
    assert found.speed_mps == pytest.approx(speed_mps, abs=1e-6)
    assert all(found.agreeing)


def test_one_of_five_that_is_far_off_moves_nothing_and_does_not_agree() -> None:
    found = trend(points(3.0, 2.9, 0.2, 2.7, 2.6), 4 * BLOCK_NS, 0.3, 3.0)
    assert found is not None
    assert found.now_m == pytest.approx(2.6, abs=0.05)
    assert found.agreeing == (True, True, False, True, True)


def test_nobody_is_believed_to_be_faster_than_the_cap() -> None:
    found = trend(points(5.0, 1.0), BLOCK_NS, 0.3, 3.0)
    assert found is not None
    assert found.speed_mps == -3.0


def test_a_single_point_stands_still_and_none_tells_nothing() -> None:
    found = trend(points(2.0), 5 * BLOCK_NS, 0.3, 3.0)
    assert found is not None
    assert (found.now_m, found.speed_mps) == (2.0, 0.0)
    assert trend([], 0, 0.3, 3.0) is None
