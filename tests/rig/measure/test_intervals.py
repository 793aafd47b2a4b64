"""Intervals against published quantiles, and against draws whose truth is known."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from rig.measure.intervals import (
    deviation,
    deviation_interval,
    deviation_of,
    mean_interval,
    share_interval,
)

FIVE = [9.0, 10.0, 10.0, 11.0, 10.0]


@pytest.mark.parametrize(
    ("n", "confidence", "quantile"),  # Student's t, from tables
    [(5, 0.95, 2.776), (10, 0.95, 2.262), (30, 0.95, 2.045), (6, 0.90, 2.015), (10, 0.99, 3.250)],
)
def test_the_mean_has_students_interval(n: int, confidence: float, quantile: float) -> None:
    samples = [float(i) for i in range(n)]
    low, high = mean_interval(samples, confidence) or (0, 0)
    half = quantile * deviation_of(samples) / n**0.5
    assert (high - low) / 2 == pytest.approx(half, rel=0.003)
    assert (high + low) / 2 == pytest.approx((n - 1) / 2)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),  # Clopper and Pearson at 95 %, from tables
    [(8, 10, 0.4439, 0.9748), (0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (95, 100, 0.887, 0.984)],
)
def test_a_share_has_the_exact_interval(hits: int, n: int, low: float, high: float) -> None:
    assert share_interval(hits, n, 0.95) == pytest.approx((low, high), abs=6e-4)


def laplace(chance: random.Random) -> float:
    return chance.expovariate(2**0.5) * chance.choice((-1, 1))


@pytest.mark.parametrize(
    "draw", [lambda chance: chance.gauss(0, 1), laplace], ids=["normal", "heavy tails"]
)
@pytest.mark.parametrize("n", [10, 40])
def test_intervals_cover_what_they_say(draw: Callable[[random.Random], float], n: int) -> None:
    chance = random.Random(n)  # noqa: S311 - a seed, no secret
    means = deviations = 0
    for _ in range(600):
        samples = [draw(chance) for _ in range(n)]
        low, high = mean_interval(samples, 0.95) or (1, 0)
        means += low <= 0 <= high
        low, high = deviation_interval(samples, 0.95) or (1, 0)
        deviations += low <= 1 <= high
    assert means / 600 >= 0.92
    assert deviations / 600 >= 0.88


def test_few_samples_have_no_interval() -> None:
    assert mean_interval(FIVE[:4], 0.95) is deviation_interval(FIVE[:4], 0.95) is None
    assert mean_interval(FIVE, 0.95) is not None
    assert [(s.low, s.high) for s in deviation(FIVE[:4], 0.95)] == [(None, None)]
    assert deviation(FIVE[:1], 0.95) == ()


def test_samples_that_are_all_alike_scatter_by_nothing() -> None:
    assert deviation_interval([3.0] * 9, 0.95) == (0, 0)
    assert deviation_of([3.0]) == 0


def test_the_interval_encloses_the_deviation() -> None:
    (found,) = deviation(FIVE, 0.95)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
