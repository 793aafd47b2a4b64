"""Percentiles, their intervals, and what a count of samples demonstrates."""

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.measure.statistics import (
    demonstrated,
    interval_ranks,
    is_demonstrated,
    lower_rank,
    rank,
    samples_needed,
    summary,
    upper_rank,
)

PERCENT = st.integers(1, 99)
CONFIDENCE = st.floats(0.5, 0.999)
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80)


@pytest.mark.parametrize(
    ("fraction", "confidence", "exceedances", "samples"),
    [
        pytest.param(0.95, 0.95, 0, 59, id="p95-none-above"),
        pytest.param(0.95, 0.95, 1, 93, id="p95-one-above"),
        pytest.param(0.95, 0.95, 2, 124, id="p95-two-above"),
        pytest.param(0.99, 0.95, 0, 299, id="p99-none-above"),
        pytest.param(0.90, 0.90, 0, 22, id="p90-at-90"),
        pytest.param(0.50, 0.95, 0, 5, id="median"),
        pytest.param(0.95, 0.99, 0, 90, id="p95-at-99"),
    ],
)
def test_the_sample_size_is_the_published_one(
    fraction: float, confidence: float, exceedances: int, samples: int
) -> None:
    assert samples_needed(fraction, confidence, exceedances) == samples


@given(st.integers(50, 99), st.floats(0.5, 0.99), st.integers(0, 6))
def test_the_sample_size_is_the_smallest_that_demonstrates(
    percent: int, confidence: float, exceedances: int
) -> None:
    n = samples_needed(percent / 100, confidence, exceedances)
    assert is_demonstrated(n, exceedances, percent / 100, confidence)
    assert not is_demonstrated(n - 1, exceedances, percent / 100, confidence)


@pytest.mark.parametrize(
    ("n", "exceedances", "fraction"),
    [
        # Clopper-Pearson: the beta quantile B(0.05; n - k, k + 1), from published tables.
        (59, 0, 0.95049),
        (10, 0, 0.74113),
        (10, 1, 0.60584),
        (10, 5, 0.22244),
        (20, 2, 0.71738),
        (10, 9, 0.00512),
        (10, 10, 0.0),
    ],
)
def test_the_demonstrated_fraction_is_clopper_and_pearsons(
    n: int, exceedances: int, fraction: float
) -> None:
    assert demonstrated(n, exceedances, 0.95) == pytest.approx(fraction, abs=1e-5)


@given(st.integers(1, 300), st.data(), CONFIDENCE)
def test_the_demonstrated_fraction_is_just_demonstrated(
    n: int, data: st.DataObject, confidence: float
) -> None:
    exceedances = data.draw(st.integers(0, n - 1))
    fraction = demonstrated(n, exceedances, confidence)
    assert fraction < 1 - exceedances / n
    assert is_demonstrated(n, exceedances, fraction * (1 - 1e-6), confidence)
    assert not is_demonstrated(n, exceedances, min(fraction * (1 + 1e-6), 1 - 1e-12), confidence)


def test_more_exceedances_never_demonstrate_more() -> None:
    fractions = [demonstrated(40, k, 0.95) for k in range(41)]
    assert fractions == sorted(fractions, reverse=True)


@given(VALUES, PERCENT)
def test_a_percentile_is_a_sample_with_enough_samples_within(
    values: list[float], percent: int
) -> None:
    (found, *_) = summary(values, 0.95, [percent])
    assert found.value in values
    within = sum(v <= found.value for v in values)
    assert 100 * within >= percent * len(values)


@given(VALUES, PERCENT, CONFIDENCE)
def test_an_interval_encloses_its_estimate_or_is_none(
    values: list[float], percent: int, confidence: float
) -> None:
    (found, *_) = summary(values, confidence, [percent])
    if found.low is None or found.high is None:
        assert found.low is found.high is None
    else:
        assert found.low <= found.value <= found.high


@given(st.integers(1, 400), PERCENT, CONFIDENCE)
def test_an_interval_covers_by_exact_arithmetic(n: int, percent: int, confidence: float) -> None:
    ranks = interval_ranks(n, percent, confidence)
    if ranks is None:
        outside = percent**n + (100 - percent) ** n
        assert outside / 100**n > (1 - confidence) * (1 - 1e-9)
        return
    low, high = ranks
    ways = (math.comb(n, k) * percent**k * (100 - percent) ** (n - k) for k in range(low, high))
    assert 1 <= low < high <= n
    assert sum(ways) / 100**n >= confidence - 1e-9


@given(st.integers(1, 400), PERCENT, CONFIDENCE)
def test_one_sided_bounds_hold_and_are_the_tightest(
    n: int, percent: int, confidence: float
) -> None:
    def tail(ranks: int) -> float:
        ways = (math.comb(n, k) * percent**k * (100 - percent) ** (n - k) for k in range(ranks))
        return float(sum(ways) / 100**n)

    low = lower_rank(n, percent, confidence) or 0
    assert tail(low) <= (1 - confidence) * (1 + 1e-6)
    assert tail(low + 1) > (1 - confidence) * (1 - 1e-6)
    mirrored = upper_rank(n, 100 - percent, confidence)
    assert (n + 1 - mirrored if mirrored else 0) == low


def test_59_samples_are_the_first_with_an_upper_bound_and_an_interval_of_p95() -> None:
    assert upper_rank(58, 95, 0.95) is None
    assert upper_rank(59, 95, 0.95) == 59
    assert interval_ranks(58, 95, 0.95) is None
    assert interval_ranks(59, 95, 0.95) is not None
    # From 72 samples on both tails get their equal half: 0.95 ** 72 <= 0.025.
    below = sum(math.comb(72, k) * 95**k * 5 ** (72 - k) for k in range(64)) / 100**72
    assert interval_ranks(72, 95, 0.95) == (64, 72)
    assert below <= 0.025


@pytest.mark.parametrize("percent", [50, 95])
@pytest.mark.parametrize("n", [20, 59, 100, 200])
def test_intervals_of_a_known_distribution_cover_as_often_as_they_say(n: int, percent: int) -> None:
    rng = random.Random(20_260_101 + n)  # noqa: S311 - a fixed seed: the same samples for ever
    truth = -math.log(1 - percent / 100)  # of the exponential distribution
    ranks = interval_ranks(n, percent, 0.95)
    if ranks is None:
        assert (n, percent) == (20, 95)
        return
    rounds, covered = 2000, 0
    for _ in range(rounds):
        ordered = sorted(rng.expovariate(1) for _ in range(n))
        covered += ordered[ranks[0] - 1] <= truth <= ordered[ranks[1] - 1]
    # Five standard errors of 2000 rounds below 0.95; order statistics cover a little more.
    assert 0.95 - 0.025 <= covered / rounds <= 0.995


def test_a_demonstration_is_wrong_no_oftener_than_its_confidence_admits() -> None:
    rng = random.Random(59)  # noqa: S311 - a simulation
    truly_within = 0.94  # so every claim of 95 % is wrong
    claims = 0
    for _ in range(3000):
        above = sum(rng.random() > truly_within for _ in range(93))
        claims += is_demonstrated(93, above, 0.95, 0.95)
    assert 0 < claims / 3000 <= 0.05


def test_mean_min_and_max_describe_the_samples_and_have_no_interval() -> None:
    found = {s.name: s for s in summary([3.0, 1.0, 2.0], 0.9)}
    assert [*found] == ["p50", "p95", "p99", "mean", "min", "max"]
    assert [found[name].value for name in ("p50", "p95", "mean", "min", "max")] == [2, 3, 2, 1, 3]
    assert all(s.confidence == 0.9 for s in found.values())
    assert found["mean"].low is found["max"].high is None


def test_no_samples_have_no_statistics() -> None:
    assert summary([], 0.95) == ()


def test_a_large_sample_neither_underflows_nor_overflows() -> None:
    low, high = interval_ranks(20_000, 95, 0.95) or (0, 0)
    assert 18_900 < low < rank(20_000, 95) < high < 19_100


@pytest.mark.parametrize(
    "ask",
    [
        lambda: rank(10, 0),
        lambda: rank(10, 100),
        lambda: interval_ranks(10, 50, 1.0),
        lambda: samples_needed(1.0, 0.95),
        lambda: samples_needed(0.95, 0.0),
        lambda: demonstrated(3, 4, 0.95),
    ],
)
def test_a_question_without_an_answer_is_refused(ask: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"between|cannot"):
        ask()
