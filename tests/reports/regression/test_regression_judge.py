"""A night's metrics are judged together, and each finding says what a report has to print."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reports.regression.baseline import FEWEST_NIGHTS, Baseline, freeze
from reports.regression.detectors import Floats
from reports.regression.errors import RegressionError
from reports.regression.findings import Finding, Kind, Tier
from reports.regression.judge import assess, judge_night
from reports.regression.series import Scale, Series, Worse
from tests.reports.regression.nights import KEY, baseline_of, day, sampled, series, steady

NIGHTS = 60


def judge(*later: float, worse: Worse = Worse.HIGHER, nights: int = NIGHTS) -> Finding:
    """The finding on the last of these nights, after a baseline of so many."""
    whole = series([*steady(nights), *later], worse=worse)
    (found,) = judge_night([whole], {KEY: baseline_of(whole, nights)})
    return found


def test_unchanged_nights_are_told_to_be_so() -> None:
    found = judge(0.5, -1.0, 0.8)
    assert (found.tier, found.since, found.shift) == (Tier.UNCHANGED, None, None)
    assert found.q == found.p == 1.0
    assert found.night == day(62)
    assert not found.is_regression


def test_an_alert_says_since_when_how_much_and_against_what() -> None:
    found = judge(0.5, -0.6, 5.2, 4.8)
    assert (found.tier, found.kind, found.since) == (Tier.ALERT, Kind.LEVEL, day(62))
    assert found.is_regression
    assert found.shift is not None
    assert found.shift.value == pytest.approx(100 * np.expm1(5.0 * 0.02), abs=0.1)
    assert found.shift.low < found.shift.value < found.shift.high
    assert found.shift.unit == "%"
    assert found.p is not None
    assert found.p < 0.001
    text = str(found)
    for part in ("alert", "since 2026-11-02", "+10.5", "%", "60 nights", "A. Muster", "without"):
        assert part in text


def test_the_interval_holds_the_true_shift_as_often_as_it_says() -> None:
    """Where the first changed night is beyond doubt; else the choice of it is part of the error."""
    random, held, tries = np.random.default_rng(8), 0, 200
    for _ in range(tries):
        logs = random.normal(0, 0.02, NIGHTS + 6)
        logs[NIGHTS:] += 0.2
        whole = sampled(np.repeat(350 * np.exp(logs)[:, None], 5, axis=1))
        (found,) = judge_night([whole], {KEY: baseline_of(whole, NIGHTS)})
        assert found.shift is not None
        held += found.shift.low <= 100 * np.expm1(0.2) <= found.shift.high
    assert 0.90 <= held / tries <= 0.99


def test_an_improvement_is_told_and_closes_no_gate() -> None:
    found = judge(-5.0, -5.1)
    assert (found.tier, found.is_worse, found.is_regression) == (Tier.ALERT, False, False)
    assert "better, or a measurement fault" in str(found)
    assert judge(-5.0, -5.1, worse=Worse.LOWER).is_regression


def test_what_moves_the_average_alone_is_watched() -> None:
    found = judge(3.6)
    assert (found.tier, found.since) == (Tier.WATCH, day(60))
    assert not found.is_regression


def test_a_change_that_nobody_accepted_does_not_hide_a_later_one_the_other_way() -> None:
    found = judge(*[-3.0, -2.6] * 50, *[2.4, 2.6] * 4)
    assert (found.tier, found.since, found.is_worse) == (Tier.ALERT, day(160), True)
    assert found.shift is not None
    assert found.shift.value == pytest.approx(100 * np.expm1(2.5 * 0.02), abs=0.1)


def test_a_series_that_comes_back_is_not_called_an_improvement() -> None:
    found = judge(*[2.5] * 12, *[0.0] * 3)
    assert found.tier is not Tier.ALERT
    assert judge(*[2.5] * 12, *[0.0] * 8).tier is Tier.UNCHANGED


@pytest.mark.parametrize(("nights", "said"), [(7, "not enough nights: 7 of 10"), (0, "0 of 10")])
def test_fewer_than_ten_nights_say_so(nights: int, said: str) -> None:
    (found,) = judge_night([series(steady(nights) if nights else [])], {})
    assert found.tier is Tier.NOT_JUDGED
    assert said in found.reason


def test_ten_nights_without_a_baseline_say_so() -> None:
    (found,) = judge_night([series(steady(FEWEST_NIGHTS))], {})
    assert (found.tier, found.reason) == (Tier.NOT_JUDGED, "no baseline yet")


def test_a_baseline_of_ten_nights_needs_more_than_one_of_sixty() -> None:
    assert judge(4.6).tier is Tier.ALERT
    assert judge(4.6, nights=10).tier is not Tier.ALERT
    assert judge(*[4.6] * 3, nights=10).tier is Tier.ALERT


def test_no_night_since_the_baseline() -> None:
    whole = series(steady(10))
    (found,) = judge_night([whole], {KEY: freeze(whole)})
    assert (found.tier, found.reason) == (Tier.NOT_JUDGED, "no night since the baseline")


def test_a_metric_that_was_not_measured_this_night_is_not_judged_by_an_older_one() -> None:
    gone = series([*steady(20), 9.0, 9.0], passes=[(20, 20)] * 20 + [(10, 20)] * 2)
    other = series([*steady(20), 0.0, 0.0, 0.0], key=replace(KEY, metric="other"))
    baselines = {one.key: baseline_of(one, 20) for one in (gone, other)}
    found = judge_night([gone, other], baselines)
    assert [(f.tier, f.reason) for f in found[:1]] == [(Tier.NOT_JUDGED, "not measured this night")]
    assert [f.key for f in found] == [gone.key, other.key]
    assert judge_night([gone, other], baselines, day(21))[0].tier is Tier.ALERT


@pytest.mark.parametrize("other", [{"unit": "s"}, {"scale": Scale.DIFFERENCE}])
def test_a_baseline_of_another_unit_or_scale_is_refused(other: dict[str, Any]) -> None:
    whole = series([*steady(20), 0.0])
    baseline = {KEY: replace(baseline_of(whole, 20), **other)}
    with pytest.raises(RegressionError, match=f"its {next(iter(other))} is"):
        judge_night([whole], baseline)


def test_a_bench_that_repeats_itself_exactly_does_not_alarm_at_a_trifle() -> None:
    """A virtual bench has no spread: a tenth of a percent is none, a percent is."""
    exact = series([*[0.0] * 30, *[0.05] * 5])
    (found,) = judge_night([exact], {KEY: baseline_of(exact, 30)})
    assert found.tier is Tier.UNCHANGED
    moved = series([*[0.0] * 30, *[0.5] * 5])
    (found,) = judge_night([moved], {KEY: baseline_of(moved, 30)})
    assert found.tier is Tier.ALERT


def test_a_night_of_few_taps_is_passed_over_and_named() -> None:
    whole = series([*steady(20), 0.0, 9.0, 0.0])
    nights = list(whole.nights)
    nights[21] = replace(nights[21], samples=nights[21].samples[:9])
    baseline = {KEY: baseline_of(whole, 20)}
    (found,) = judge_night([replace(whole, nights=tuple(nights))], baseline)
    assert (found.tier, found.passed_over) == (Tier.UNCHANGED, (day(21),))
    (found,) = judge_night([replace(whole, nights=tuple(nights[:22]))], baseline)
    assert (found.tier, found.night) == (Tier.NOT_JUDGED, day(21))
    assert "too few taps" in found.reason


def test_a_doubtful_alarm_among_forty_metrics_is_watched() -> None:
    doubtful = series([*steady(NIGHTS), *steady(20), *[2.5, 0.5] * 4])
    calm = [*steady(NIGHTS), *[0.2] * 28]
    others = [series(calm, key=replace(KEY, metric=f"metric {n}")) for n in range(39)]
    family = [doubtful, *others]
    baselines = {one.key: baseline_of(one, NIGHTS) for one in family}
    (alone,) = judge_night([doubtful], baselines)
    assert alone.tier is Tier.ALERT
    among = judge_night(family, baselines)
    assert among[0].tier is Tier.WATCH
    assert "not certain enough among 40 tests" in among[0].reason
    assert among[0].q == pytest.approx(40 * (alone.p or 0))
    assert {finding.tier for finding in among[1:]} == {Tier.UNCHANGED}


def _bench(nights: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(11)
    shared = random.normal(0, 0.05, (nights, 1))
    phone, golden = (350 * np.exp(shared + random.normal(0, 0.02, (nights, 20))) for _ in range(2))
    return phone, golden


def test_the_golden_device_divides_out_what_the_bench_does() -> None:
    """The bench slows everything by a fifth: no phone changed. Then one phone does."""
    phone, golden = _bench(NIGHTS + 4)
    phone[NIGHTS:] *= 1.2
    alone = sampled(phone)
    (found,) = judge_night([alone], {KEY: baseline_of(alone, NIGHTS)})
    assert found.tier is Tier.ALERT
    golden[NIGHTS:] *= 1.2
    both = sampled(phone, golden)
    baseline = {KEY: baseline_of(both, NIGHTS)}
    (found,) = judge_night([both], baseline)
    assert found.tier is Tier.UNCHANGED
    assert found.golden
    phone[NIGHTS:] *= 1.05
    (found,) = judge_night([sampled(phone, golden)], baseline)
    assert found.tier is Tier.ALERT
    assert found.shift is not None
    assert found.shift.value == pytest.approx(5, abs=1.5)


def test_a_night_without_the_golden_device_is_not_compared_with_nights_that_had_it() -> None:
    whole = sampled(*_bench(NIGHTS + 1))
    baseline = {KEY: baseline_of(whole, NIGHTS)}
    last = replace(whole.nights[-1], golden=None)
    (found,) = judge_night([replace(whole, nights=(*whole.nights[:-1], last))], baseline)
    assert found.tier is Tier.NOT_JUDGED
    assert "no golden device" in found.reason


def test_an_amount_shifts_by_an_amount_in_its_unit() -> None:
    random = np.random.default_rng(12)
    metres = random.normal(-0.02, 0.03, (NIGHTS + 3, 20))
    metres[NIGHTS:] += 0.1
    key = replace(KEY, metric="distance_bias")
    whole = replace(sampled(metres, key=key, scale=Scale.DIFFERENCE), unit="m")
    (found,) = judge_night([whole], {key: baseline_of(whole, NIGHTS)})
    assert found.shift is not None
    assert (found.tier, found.shift.unit) == (Tier.ALERT, "m")
    assert found.shift.value == pytest.approx(0.1, abs=0.02)


def test_one_series_at_a_time_and_all_at_once_come_to_the_same() -> None:
    random = np.random.default_rng(13)
    logs = random.normal(0, 0.02, (12, NIGHTS + 10))
    logs[6:, NIGHTS + 3 :] += 0.06
    every: list[tuple[Series, Baseline]] = []
    for number, row in enumerate(logs):
        key = replace(KEY, metric=f"metric {number}")
        whole = sampled(np.repeat(np.exp(row)[:, None], 5, axis=1), key=key)
        every.append((whole, baseline_of(whole, NIGHTS)))
    levels = every[0][1].levels
    deviations = [(logs[i, NIGHTS:] - b.level) / b.spread for i, (_, b) in enumerate(every)]
    found = assess(np.array(deviations), levels.nights, levels.spent)
    findings = [judge_night([whole], {whole.key: baseline})[0] for whole, baseline in every]
    assert [f.tier is Tier.ALERT for f in findings] == found.is_alert[:, -1].tolist()
    assert [f.p for f in findings] == pytest.approx([found.splits.p(i, 9) for i in range(12)])
    assert any(found.is_alert[:, -1])
