"""The standard deviation, its interval, and limits on it."""

from __future__ import annotations

import math
import random

import pytest

from rig.measure.limits import Series, at_most, judge
from rig.measure.recorder import Measure
from rig.measure.statistics import deviation
from rig.records.verdict import Verdict


def test_it_is_that_of_a_sample() -> None:
    found = deviation([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], 0.95)
    assert found.value == pytest.approx(math.sqrt(32 / 7))
    assert (found.low, found.high) == (None, None)  # too few to say more


def test_a_single_sample_has_none_to_speak_of() -> None:
    assert deviation([3.0], 0.95).value == 0.0


def test_samples_that_are_all_the_same_have_an_interval_of_nothing() -> None:
    found = deviation([1.5] * 50, 0.95)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("kind", ["gauss", "uniform"])
def test_the_interval_covers_the_truth_as_often_as_it_says(kind: str) -> None:
    """Whatever the distribution: 600 times 200 samples, at 95 %, are within 92 % and 98 %."""
    chance = random.Random(11)  # noqa: S311 - a simulation
    draw = {
        "gauss": lambda: chance.gauss(0, 1),
        "uniform": lambda: chance.uniform(0, math.sqrt(12)),
    }
    covered = 0
    for _ in range(600):
        found = deviation([draw[kind]() for _ in range(200)], 0.95)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 1.0 <= found.high
    assert 0.92 <= covered / 600 <= 0.98


@pytest.mark.parametrize(
    ("spread", "verdict"), [(0.1, Verdict.PASS), (0.3, Verdict.FAIL)], ids=["kept", "missed"]
)
def test_a_limit_on_it_is_judged_over_the_samples_taken(spread: float, verdict: Verdict) -> None:
    samples = [1.0 - spread, 1.0 + spread] * 20
    judged = judge(at_most(0.15, basis="plan").on("stdev"), Series(samples, 40, "m", "walks"))
    assert judged.verdict is verdict
    assert judged.statement.startswith("the standard deviation of 40 walks is ")


def test_a_measurement_shows_it_where_it_is_limited() -> None:
    measure = Measure()
    with measure("distance", unit="m", stdev=at_most(1, basis="plan")).repeat(2) as samples:
        for value, sample in zip((1.0, 2.0), samples, strict=True):
            sample.takes(value)
    with measure("other", unit="m").repeat(1) as samples:
        next(samples).takes(1.0)
    shown, hidden = ([s.name for s in m.statistics] for m in measure.finished)
    assert "stdev" in shown
    assert "stdev" not in hidden
