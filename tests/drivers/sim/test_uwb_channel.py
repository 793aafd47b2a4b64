"""The virtual air gives back the measured figures, and the same ones for the same seed."""

from __future__ import annotations

import itertools
import statistics

import pytest

from drivers.sim.uwb_channel import FIGURES, MOST_M, Obstacle, Reading, UwbChannel

SEEDS = 120


def errors(distance_m: float, obstacle: Obstacle, blocks: int, seed: int = 0) -> list[float]:
    channel = UwbChannel(seed)
    found = (channel.measure(distance_m, obstacle) for _ in range(blocks))
    return [one.distance_m - distance_m for one in found if one is not None]


BANDS = {
    f"{obstacle.name} at {band.up_to_m - 0.5:g} m": (obstacle, band.up_to_m - 0.5)
    for obstacle, figures in FIGURES.items()
    for band in figures.bands
}


@pytest.mark.parametrize(("obstacle", "distance_m"), BANDS.values(), ids=BANDS)
def test_bias_and_spread_are_those_that_were_measured(
    obstacle: Obstacle, distance_m: float
) -> None:
    figures = FIGURES[obstacle]
    band = figures.at(distance_m)
    means, spreads = [], []
    for seed in range(SEEDS):
        found = errors(distance_m, obstacle, 40, seed)
        means.append(statistics.fmean(found))
        spreads.append(statistics.stdev(found))
    allowed_m = 0.02 + 4 * figures.position_m / SEEDS**0.5
    assert statistics.fmean(means) == pytest.approx(band.bias_m, abs=allowed_m)
    assert statistics.fmean(spreads) == pytest.approx(band.sigma_m, rel=0.1)
    assert statistics.stdev(means) == pytest.approx(figures.position_m, rel=0.35)


def test_the_bias_of_a_position_stays_while_one_stands_still() -> None:
    channel = UwbChannel(3)
    halves = []
    for _ in range(2):
        found = [channel.measure(4.2) for _ in range(400)]
        halves.append(statistics.fmean(one.distance_m for one in found if one))
    assert halves[0] == pytest.approx(halves[1], abs=0.01)


def test_along_a_walk_the_bias_changes_smoothly() -> None:
    channel = UwbChannel(3)
    means = []
    for step in range(100):
        found = [channel.measure(1 + step * 0.01) for _ in range(100)]
        means.append(statistics.fmean(one.distance_m - 1 - step * 0.01 for one in found if one))
    jumps = [abs(b - a) for a, b in itertools.pairwise(means)]
    assert max(jumps) < 0.03


@pytest.mark.parametrize("obstacle", [Obstacle.LIGHT, Obstacle.BODY, Obstacle.WALL])
def test_obstacles_lengthen_and_never_shorten(obstacle: Obstacle) -> None:
    for seed in range(SEEDS):
        mean_m = statistics.fmean(errors(3.0, obstacle, 60, seed))
        assert -0.06 < mean_m < MOST_M + 0.1


def test_blocks_are_missing_as_often_as_their_path_says() -> None:
    for obstacle, figures in FIGURES.items():
        channel = UwbChannel(5)
        missing = sum(channel.measure(2.0, obstacle) is None for _ in range(3000)) / 3000
        assert missing == pytest.approx(figures.missing, abs=0.03)


def test_a_clear_path_is_seldom_called_blocked_and_a_wall_seldom_clear() -> None:
    def share(obstacle: Obstacle, blocked: bool) -> float:
        channel = UwbChannel(7)
        found = [channel.measure(2.0, obstacle) for _ in range(1000)]
        told = [one.blocked for one in found if one is not None]
        return told.count(blocked) / len(told)

    assert share(Obstacle.NONE, blocked=True) < 0.02
    assert share(Obstacle.NONE, blocked=False) > 0.8
    assert share(Obstacle.WALL, blocked=False) < 0.05


def test_signals_are_weaker_from_farther_and_behind_obstacles() -> None:
    def strength(distance_m: float, obstacle: Obstacle) -> float:
        channel = UwbChannel(9)
        found = [channel.measure(distance_m, obstacle) for _ in range(200)]
        return statistics.fmean(one.rssi_dbm for one in found if one is not None)

    near, far = strength(1.0, Obstacle.NONE), strength(10.0, Obstacle.NONE)
    assert near - far == pytest.approx(20, abs=1)
    assert strength(1.0, Obstacle.BODY) < near


def test_channels_of_one_seed_do_the_same_and_of_two_do_not() -> None:
    def readings(seed: int) -> list[Reading | None]:
        channel = UwbChannel(seed)
        return [channel.measure(2.0 + k * 0.1) for k in range(50)]

    assert readings(1) == readings(1)
    assert readings(1) != readings(2)
