"""A baseline is frozen from nights that can be compared, and replaced by a named person alone."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date

import numpy as np
import pytest

from reports.regression.baseline import Acceptance, accept, freeze
from reports.regression.errors import RegressionError
from reports.regression.series import Night, Scale, Series, Worse, centre
from tests.reports.regression.nights import ACCEPTED, KEY, baseline_of, day, sampled, series, steady


def test_the_first_ten_nights_freeze_the_first_baseline_and_later_ones_do_not_move_it() -> None:
    ten, more = series(steady(10)), series([*steady(10), 5, 5, 5])
    assert freeze(ten) == freeze(more)
    assert freeze(ten).centre == pytest.approx(350)
    assert freeze(ten).spread == pytest.approx(0.02)
    assert "accepted by nobody" in str(freeze(ten))


def test_nine_nights_are_not_enough() -> None:
    with pytest.raises(RegressionError, match=r"tap_to_unlock, .*: not enough nights: 9 of 10"):
        freeze(series(steady(9)))
    with pytest.raises(RegressionError, match="not enough nights: 9 of 10"):
        accept(series(steady(30)), day(21), day(29), ACCEPTED)


def test_who_accepts_says_who_when_and_why() -> None:
    baseline = accept(series([*steady(10), *[3.0] * 12]), day(10), day(21), ACCEPTED)
    assert baseline.centre == pytest.approx(350 * np.exp(0.06))
    assert (baseline.first, baseline.last, baseline.nights) == (day(10), day(21), 12)
    assert str(baseline) == (
        "12 nights from 2026-09-11 to 2026-09-22 "
        "(accepted by A. Muster on 2026-11-01: bench moved to hall 3)"
    )


@pytest.mark.parametrize(("person", "reason"), [("", "moved"), ("A. Muster", " ")])
def test_nobody_and_no_reason_accept_nothing(person: str, reason: str) -> None:
    with pytest.raises(RegressionError, match="accepted with a"):
        Acceptance(person, date(2026, 11, 1), reason)


def test_a_frozen_baseline_cannot_be_changed() -> None:
    baseline = freeze(series(steady(10)))
    with pytest.raises(FrozenInstanceError):
        baseline.level = 0.0  # type: ignore[misc]


def test_one_wild_night_is_named_and_does_not_widen_the_baseline() -> None:
    values = steady(20)
    values[7] = 40.0
    baseline = baseline_of(series(values), 20)
    assert baseline.pulled_in == (day(7),)
    assert baseline.spread < 2 * 0.02
    assert baseline_of(series(steady(20)), 20).pulled_in == ()


def test_nights_with_too_few_taps_are_no_nights() -> None:
    whole = series(steady(11))
    short = replace(whole.nights[4], samples=whole.nights[4].samples[:4])
    nights = (*whole.nights[:4], short, *whole.nights[5:])
    assert freeze(replace(whole, nights=nights)).nights == 10
    assert freeze(replace(whole, nights=nights)).last == day(10)
    with pytest.raises(RegressionError, match="9 of 10"):
        freeze(replace(whole, nights=nights[:10]))


def test_passes_are_counted_over_the_nights_of_the_baseline() -> None:
    baseline = freeze(series([*steady(10), 0], passes=[(19, 20)] * 11))
    assert (baseline.passed, baseline.trials) == (190, 200)


def _bench(nights: int, golden_every: int = 1) -> Series:
    random = np.random.default_rng(5)
    shared = random.normal(0, 0.05, (nights, 1))
    phone, golden = (350 * np.exp(shared + random.normal(0, 0.02, (nights, 20))) for _ in range(2))
    whole = sampled(phone, golden)
    kept = tuple(
        night if number % golden_every == 0 else replace(night, golden=None)
        for number, night in enumerate(whole.nights)
    )
    return replace(whole, nights=kept)


def test_the_golden_device_takes_the_bench_out_of_the_spread() -> None:
    with_golden = baseline_of(_bench(60), 60)
    without = baseline_of(_bench(60, golden_every=100), 60)
    assert with_golden.weight is not None
    assert 0.8 < with_golden.weight <= 1
    assert without.weight is None
    assert with_golden.spread < without.spread / 3


def test_a_golden_device_that_was_there_now_and_then_is_left_out() -> None:
    baseline = baseline_of(_bench(60, golden_every=2), 60)
    assert (baseline.has_golden, baseline.nights) == (False, 60)


def test_a_golden_device_that_shows_nothing_of_the_bench_gets_little_weight() -> None:
    random = np.random.default_rng(6)
    phone, golden = (350 * np.exp(random.normal(0, 0.05, (200, 20))) for _ in range(2))
    weight = baseline_of(sampled(phone, golden), 200).weight
    assert weight is not None
    assert weight < 0.2


def test_the_centre_of_a_night_cuts_a_fifth_off_at_either_end() -> None:
    assert centre(np.array([1, 2, 3, 4, 1e9])) == pytest.approx(3)
    assert centre(np.arange(20.0)) == pytest.approx(9.5)


REFUSED = {
    "a date twice": ((0, [350.0] * 5), (0, [350.0] * 5)),
    "dates out of order": ((1, [350.0] * 5), (0, [350.0] * 5)),
    "what is no number": ((0, [float("nan")] * 5),),
    "a duration of zero": ((0, [0.0] * 5),),
}


@pytest.mark.parametrize("nights", REFUSED.values(), ids=REFUSED)
def test_series_that_mean_nothing_are_refused(nights: tuple[tuple[int, list[float]], ...]) -> None:
    with pytest.raises(RegressionError, match=r"tap_to_unlock, Pixel 9, 22-11, handle r2"):
        Series(KEY, "ms", tuple(Night(day(n), np.array(samples)) for n, samples in nights))


def test_more_passes_than_attempts_are_refused() -> None:
    with pytest.raises(RegressionError, match="3 of 2 cannot pass"):
        series(steady(10), passes=[(3, 2)])


def test_an_amount_may_be_below_zero() -> None:
    night = Night(day(0), np.array([-0.1] * 5))
    assert Series(KEY, "m", (night,), Scale.DIFFERENCE, Worse.LOWER).nights == (night,)
