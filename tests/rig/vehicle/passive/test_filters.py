"""Filters against values worked out by hand, and what holds for any ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.vehicle.passive.filters import Kalman, Median, filter_of
from rig.vehicle.passive.settings import PassiveSettings

BLOCK_NS = 96_000_000
ranges = st.lists(st.floats(0.0, 20.0), min_size=1, max_size=40)


def fed(name: str, distances: list[float]) -> list[float]:
    chosen = filter_of(PassiveSettings(filter=name))  # type: ignore[arg-type]
    return [chosen.update(i * BLOCK_NS, d) for i, d in enumerate(distances)]


def test_without_a_filter_ranges_stay_as_they_are() -> None:
    assert fed("none", [3.0, 0.5, 2.9]) == [3.0, 0.5, 2.9]


def test_the_median_takes_a_lone_outlier_away() -> None:
    assert fed("median", [3.0, 2.9, 0.5, 2.8, 2.7]) == [3.0, 2.95, 2.9, 2.8, 2.7]


@pytest.mark.parametrize("of", [1, 3, 5])
def test_a_median_is_one_that_was_measured_or_between_two(of: int) -> None:
    chosen = Median(of)
    assert [chosen.update(0, d) for d in (1.0, 5.0)][-1] == (5.0 if of == 1 else 3.0)


def test_the_second_step_of_kalman_is_the_one_worked_out_by_hand() -> None:
    """R = 0.0025, q = 0, speed variance 4 at first, one second apart.

    P becomes (4.0025, 4, 4); S = 4.005; gains 4.0025/4.005 and 4/4.005.
    """
    chosen = Kalman(0.05, 0.0, 3.0)
    assert chosen.update(0, 5.0) == 5.0
    assert chosen.update(1_000_000_000, 4.0) == pytest.approx(5.0 - 4.0025 / 4.005)
    assert chosen.speed_mps == pytest.approx(-4 / 4.005)


def test_process_noise_enters_as_white_acceleration_does() -> None:
    """As above with q = 2: P = (4.0025 + 1, 4 + 2, 4 + 4), S = 5.005."""
    chosen = Kalman(0.05, 2.0, 3.0)
    chosen.update(0, 5.0)
    assert chosen.update(1_000_000_000, 4.0) == pytest.approx(5.0 - 5.0025 / 5.005)
    assert chosen.speed_mps == pytest.approx(-6 / 5.005)


def resting(at_m: float = 3.0) -> Kalman:
    chosen = Kalman(0.05, 1.5, 3.0)
    for i in range(30):
        chosen.update(i * BLOCK_NS, at_m)
    return chosen


def test_a_range_far_too_short_moves_kalman_not_at_all() -> None:
    assert resting().update(30 * BLOCK_NS, 0.5) == pytest.approx(3.0, abs=1e-6)


def test_a_range_far_too_long_moves_it_a_little() -> None:
    moved = resting().update(30 * BLOCK_NS, 5.5)
    assert 3.0 < moved < 3.15


def test_kalman_begins_anew_where_it_is_wrong_for_long() -> None:
    chosen = resting()
    shorter = [chosen.update((30 + i) * BLOCK_NS, 0.5) for i in range(6)]
    assert shorter[-2] == pytest.approx(3.0, abs=1e-6)
    assert shorter[-1] == 0.5


def test_kalman_follows_somebody_who_walks() -> None:
    walked = [6.0 - 1.4 * 0.096 * i for i in range(30)]
    assert fed("kalman", walked)[-1] == pytest.approx(walked[-1], abs=0.02)


@given(ranges, st.sampled_from(["none", "median", "kalman"]))
def test_a_filter_stays_among_what_was_measured_when_it_does_not_move(
    distances: list[float], name: str
) -> None:
    constant = [distances[0]] * 20
    assert fed(name, constant)[-1] == pytest.approx(distances[0], abs=1e-6)


@given(ranges)
def test_a_median_is_never_outside_of_what_was_measured(distances: list[float]) -> None:
    assert all(min(distances) <= d <= max(distances) for d in fed("median", distances))


@pytest.mark.parametrize("speed_mps", [0.5, 1.4, 2.1, 3.0])
def test_who_stops_is_never_nearer_than_what_was_measured(speed_mps: float) -> None:
    """Longer ranges weigh less, which must not let the filter run on where a walk has ended."""
    settings = PassiveSettings(filter="kalman")
    followed, nearest_m = filter_of(settings), 9.0
    for block in range(120):
        true_m = max(2.0, 6.0 - block * 0.096 * speed_mps)
        nearest_m = min(nearest_m, followed.update(block * 96_000_000, true_m))
    assert nearest_m >= 2.0 - settings.gate_sigmas * settings.kalman_sigma_m - 1e-9


def test_a_gap_and_a_jump_leave_no_speed_behind() -> None:
    settings = PassiveSettings(filter="kalman")
    followed = filter_of(settings)
    for block in range(20):
        followed.update(block * 96_000_000, 10.0)
    found = [followed.update((40 + block) * 96_000_000, 5.0) for block in range(40)]
    assert min(found) >= 5.0 - settings.gate_sigmas * settings.kalman_sigma_m - 1e-9
    assert found[-1] == pytest.approx(5.0, abs=0.05)
