"""Ranging figures of a position, a survey and a set of walks."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.measure.errors import SampleError
from rig.measure.ranging import (
    Spot,
    count_outliers,
    crossing_statistics,
    error_statistics,
    range_map,
    range_position,
    robust_deviation,
    walk_set,
)
from rig.records.run import CalibrationRecord, Statistic, WalkDecision, WalkRecord

SPOT = Spot("driver", 1.0, 2.0, 3.0, "line of sight")


def drawn(n: int, bias: float, sigma: float, seed: int = 1) -> list[float]:
    chance = random.Random(seed)  # noqa: S311 - a seed, no secret
    return [chance.gauss(bias, sigma) for _ in range(n)]


def by_name(statistics: tuple[Statistic, ...]) -> dict[str, Statistic]:
    return {each.name: each for each in statistics}


def test_a_position_has_all_its_figures_with_intervals() -> None:
    ranges = [3.0 + error for error in drawn(200, 0.065, 0.03)]
    found = range_position(SPOT, ranges, expected=210)
    assert (found.anchor, found.x_m, found.condition) == ("driver", 1.0, "line of sight")
    figures = by_name(found.statistics)
    assert [*figures] == ["bias", "sd", "robust sd", "p95 of the error", "outliers", "availability"]
    assert figures["bias"].value == pytest.approx(0.065, abs=0.006)
    assert figures["sd"].value == pytest.approx(0.03, rel=0.15)
    assert figures["robust sd"].value == pytest.approx(0.03, rel=0.2)
    assert figures["p95 of the error"].value == pytest.approx(0.065 + 1.645 * 0.03, abs=0.02)
    assert figures["availability"].value == pytest.approx(200 / 210)
    for each in found.statistics:
        assert each.low is not None
        assert each.high is not None
        assert each.low <= each.value <= each.high


def test_a_bias_has_a_sign() -> None:
    assert by_name(error_statistics(drawn(50, -0.2, 0.01), 50))["bias"].value < -0.19


def test_an_outlier_moves_the_spread_and_not_the_robust_one() -> None:
    clean = drawn(100, 0.0, 0.03)
    dirty = [*clean[:-5], 0.7, 0.8, 1.1, 0.9, 2.0]
    before, after = (by_name(error_statistics(e, 100)) for e in (clean, dirty))
    assert after["sd"].value > 5 * before["sd"].value
    assert after["robust sd"].value < 1.3 * before["robust sd"].value
    assert after["outliers"].value - before["outliers"].value == pytest.approx(0.05, abs=0.011)


@pytest.mark.parametrize(
    ("errors", "robust", "outliers"),
    [
        ([0.0] * 9 + [0.05], 0.0, 1),
        ([0.0] * 9 + [0.03], 0.0, 0),
        ([0.5] * 10, 0.0, 10),
        ([-0.5] * 10, 0.0, 10),
        ([0.49] * 10, 0.0, 0),
        ([0.0, 0.1, -0.1, 0.31], 0.1, 0),
        ([0.0, 0.1, -0.1, 0.4], 0.1, 1),
    ],
    ids=["3 cm at least", "within", "half a metre", "below", "less", "2.6 sigma", "3.5 sigma"],
)
def test_an_outlier_is_far_from_the_others_or_half_a_metre_off(
    errors: list[float], robust: float, outliers: int
) -> None:
    assert count_outliers(errors, robust) == outliers


def test_the_robust_spread_is_that_of_a_normal_distribution() -> None:
    sigma, interval = robust_deviation(drawn(4000, 1.0, 0.25))
    assert sigma == pytest.approx(0.25, rel=0.05)
    assert interval is not None
    assert interval[0] < 0.25 < interval[1]
    assert robust_deviation([1.0, 1.0])[1] is None


def test_a_position_where_nothing_was_measured_has_its_availability() -> None:
    found = by_name(range_position(SPOT, [], expected=20).statistics)
    assert [*found] == ["availability"]
    assert found["availability"].value == 0
    assert found["availability"].high == pytest.approx(0.1684, abs=1e-3)


@pytest.mark.parametrize(("ranges", "expected"), [([1.0, 2.0], 1), ([], 0)])
def test_ranges_need_blocks(ranges: list[float], expected: int) -> None:
    with pytest.raises(SampleError, match="driver"):
        range_position(SPOT, ranges, expected)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=60), st.integers(0, 20))
def test_figures_are_shares_and_within_their_intervals(errors: list[float], missing: int) -> None:
    for each in error_statistics(errors, len(errors) + missing):
        if each.low is not None and each.high is not None and each.name != "robust sd":
            assert each.low <= each.value + 1e-9
            assert each.value <= each.high + 1e-9
        if each.name in ("outliers", "availability"):
            assert 0 <= each.value <= 1


def calibration(anchor: str) -> CalibrationRecord:
    return CalibrationRecord(anchor, "kit", 0.1, 0.01, 50, 2.0, "2026-11-25", "me")


def test_a_survey_names_the_calibrations_that_it_used() -> None:
    positions = [range_position(SPOT, [3.0], 1)]
    known = {name: calibration(name) for name in ("driver", "trunk")}
    found = range_map("car park", 0.5, positions, known)
    assert found.calibrations == (calibration("driver"),)
    assert found.positions == tuple(positions)
    assert range_map("car park", 0.5, positions).calibrations == ()


def test_a_position_is_surveyed_once() -> None:
    once = range_position(SPOT, [3.0], 1)
    with pytest.raises(SampleError, match="driver measured twice at 1, 2"):
        range_map("car park", 0.5, [once, once])
    bagged = range_position(Spot("driver", 1.0, 2.0, 3.0, "in a bag"), [3.0], 1)
    assert len(range_map("car park", 0.5, [once, bagged]).positions) == 2


def test_distances_of_walks_have_mean_spread_and_quantiles() -> None:
    found = by_name(crossing_statistics(drawn(200, 1.2, 0.1)))
    assert [*found] == ["mean", "sd", "p5", "p50", "p95", "min", "max"]
    assert found["sd"].low is not None
    assert found["sd"].low < 0.1 < (found["sd"].high or 0)
    assert found["mean"].low is not None
    assert crossing_statistics([]) == ()


def walk(number: int, *decisions: WalkDecision) -> WalkRecord:
    return WalkRecord(number, (0.0, 0.1), (2.0, 1.0), (2.1, None), decisions)


def test_walks_are_summed_up_by_their_first_decision_of_a_kind() -> None:
    unlocks = [WalkDecision("unlock", 0.1, 1.0 + n / 100) for n in range(10)]
    again, lock = WalkDecision("unlock", 0.1, 9.0), WalkDecision("lock", 0.1, 2.0)
    walks = [walk(n, each, again) for n, each in enumerate(unlocks, 1)]
    found = walk_set("approach", [*walks, walk(11, lock), walk(12)], {"unlock": 1.2})
    assert by_name(found.crossings["unlock"])["max"].value == pytest.approx(1.09)
    assert [s.value for s in found.crossings["lock"] if s.name == "mean"] == [2.0]
    assert len(found.walks) == 12


def test_a_walk_has_a_distance_for_every_time() -> None:
    cut = WalkRecord(3, (0.0, 0.1), (2.0,), (2.1, None))
    with pytest.raises(SampleError, match="walk 3"):
        walk_set("approach", [cut], {})
