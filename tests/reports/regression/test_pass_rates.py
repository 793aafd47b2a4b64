"""Pass rates alarm by Fisher's exact test, and by failures on more than one night."""

from __future__ import annotations

import numpy as np
import pytest

from reports.regression.findings import Finding, Kind, Tier
from reports.regression.judge import judge_night
from tests.reports.regression.nights import KEY, baseline_of, day, series, steady

NIGHTS = 30


def judge(*passes: int, before: int = 20, taps: int = 20) -> Finding:
    """The finding on nights of which so many of 20 attempts passed."""
    outcomes = [(before, 20)] * NIGHTS + [(count, taps) for count in passes]
    whole = series([*steady(NIGHTS), *[0.0] * len(passes)], passes=outcomes)
    level, rate = judge_night([whole], {KEY: baseline_of(whole, NIGHTS)})
    assert level.kind is Kind.LEVEL
    return rate


def test_failures_on_several_nights_alarm() -> None:
    found = judge(20, 18, 17)
    assert (found.kind, found.tier, found.since) == (Kind.PASSES, Tier.ALERT, day(31))
    assert found.is_regression
    assert found.reason == "55 of 60 passed, 600 of 600 before"
    assert found.shift is not None
    assert found.shift.value == pytest.approx(-100 * 5 / 60)
    assert found.shift.low < found.shift.value < found.shift.high < 0
    assert "points" in str(found)


def test_one_bad_night_is_watched_however_bad() -> None:
    found = judge(20, 20, 3)
    assert found.tier is Tier.WATCH
    assert found.reason.endswith("all failures in one night")


# p by Fisher: 2 of 40 against 0 of 600 is 0.0038; 3 is 0.00023; 1 is 0.0625.
BOUNDS = [((20, 19), Tier.UNCHANGED), ((19, 19), Tier.WATCH), ((18, 19), Tier.ALERT)]


@pytest.mark.parametrize(("passes", "tier"), BOUNDS)
def test_how_certain_a_watch_and_an_alert_have_to_be(passes: tuple[int, ...], tier: Tier) -> None:
    assert judge(*passes).tier is tier


def test_a_rate_that_was_never_perfect_is_compared_with_itself() -> None:
    assert judge(18, 17, 18, before=18).tier is Tier.UNCHANGED


def test_nights_older_than_a_week_do_not_count() -> None:
    assert judge(16, 16).tier is Tier.ALERT
    assert judge(16, 16, *[20] * 7).tier is Tier.UNCHANGED


def test_without_attempts_nothing_is_judged() -> None:
    assert judge(0, taps=0).tier is Tier.NOT_JUDGED
    whole = series([*steady(NIGHTS), 0.0])
    (only,) = judge_night([whole], {KEY: baseline_of(whole, NIGHTS)})
    assert only.kind is Kind.LEVEL


def test_an_unchanged_pass_rate_rarely_alarms_within_a_month() -> None:
    random, alarmed, tries = np.random.default_rng(14), 0, 40
    for _ in range(tries):
        outcomes = [(int(count), 20) for count in random.binomial(20, 0.98, NIGHTS + 30)]
        whole = series([*steady(NIGHTS), *[0.0] * 30], passes=outcomes)
        baseline = {KEY: baseline_of(whole, NIGHTS)}
        for night in range(NIGHTS, NIGHTS + 30, 3):
            part = series(
                [*steady(NIGHTS), *[0.0] * (night + 1 - NIGHTS)], passes=outcomes[: night + 1]
            )
            if judge_night([part], baseline)[1].tier is Tier.ALERT:
                alarmed += 1
                break
    assert alarmed / tries <= 0.05
