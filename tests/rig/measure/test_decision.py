"""Decision rules: what uncertainty does to a verdict, and that it never makes one milder."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.measure.decision import GUARDED, SIMPLE, decide
from rig.measure.limits import Limits, Series, at_least, at_most, judge
from rig.measure.outcomes import ConditionallyKept, ConditionallyMissed
from rig.measure.recorder import Measure
from rig.measure.uncertainty import EXPECTED, LATENCY, Budgets, Size, budget, component
from rig.records.run import Limit
from rig.records.verdict import Verdict, worst

MAX = at_most(1000, basis="plan").on("max")
MIN = at_least(100, basis="plan").on("min")
P95 = at_most(1000, basis="plan").on("p95")


def series(*samples: float, u: float | None = 12.0) -> Series:
    return Series(list(samples), len(samples), "ms", "taps", uncertainty=u)


# id: limit, the one sample, verdict, conditional, what is said
OUTCOMES = {
    "kept with U to spare": (MAX, 987.0, Verdict.PASS, False, "988 ms is the limit of 1000 ms"),
    "just so": (MAX, 988.0, Verdict.PASS, False, "less U = 12 ms"),
    "kept by less": (MAX, 989.0, Verdict.INCONCLUSIVE, True, "conditional pass: the largest of"),
    "at the limit": (MAX, 1000.0, Verdict.INCONCLUSIVE, True, "not by as much as U = 12 ms"),
    "missed by less": (MAX, 1001.0, Verdict.FAIL, True, "conditional fail: the largest of"),
    "missed by U": (MAX, 1012.0, Verdict.FAIL, True, "by no more than U = 12 ms"),
    "missed by more": (MAX, 1013.0, Verdict.FAIL, False, "at most 1000 ms was asked"),
    "from below, kept": (MIN, 112.0, Verdict.PASS, False, "112 ms is the limit of 100 ms and U"),
    "from below, by less": (MIN, 111.0, Verdict.INCONCLUSIVE, True, "conditional pass"),
    "from below, missed": (MIN, 99.0, Verdict.FAIL, True, "conditional fail"),
    "from below, by more": (MIN, 87.0, Verdict.FAIL, False, "at least 100 ms was asked"),
}


@pytest.mark.parametrize(
    ("limit", "sample", "verdict", "conditional", "says"), OUTCOMES.values(), ids=OUTCOMES
)
def test_guarded_acceptance_has_four_outcomes(
    limit: Limit, sample: float, verdict: Verdict, conditional: bool, says: str
) -> None:
    found = decide(limit, series(sample), GUARDED)
    assert (found.verdict, found.conditional) == (verdict, conditional)
    assert says in found.statement
    assert (found.rule, found.guard_band, found.uncertainty) == (GUARDED, 12.0, 12.0)
    assert found.limit == limit


def test_a_percentile_has_to_be_demonstrated_within_the_guard_band() -> None:
    inside = decide(P95, series(*[987.0] * 59), GUARDED)
    assert inside.verdict is Verdict.PASS
    assert inside.statement == (
        "at least 95.0 % of taps are within 988 ms at 95 % confidence (59 taps, 0 above); "
        "988 ms is the limit of 1000 ms less U = 12 ms"
    )
    beside = decide(P95, series(*[987.0] * 58, 995.0), GUARDED)
    assert (beside.verdict, beside.conditional) == (Verdict.INCONCLUSIVE, True)
    few = decide(P95, series(*[987.0] * 58), GUARDED)
    assert (few.verdict, few.conditional) == (Verdict.INCONCLUSIVE, False)
    assert "it takes 1 more" in few.statement


@pytest.mark.parametrize("rule", [SIMPLE, GUARDED])
def test_a_percentile_passes_under_no_rule_without_its_samples(rule: str) -> None:
    assert decide(P95, series(*[5.0] * 58), rule).verdict is Verdict.INCONCLUSIVE
    assert decide(P95, series(*[5.0] * 59), rule).verdict is Verdict.PASS


def test_simple_acceptance_judges_as_ever_and_says_its_rule() -> None:
    found = decide(MAX, series(999.0))
    plain = judge(MAX, series(999.0))
    assert found == replace(plain, rule=SIMPLE, guard_band=0.0, uncertainty=12.0)


def test_without_an_evaluated_uncertainty_nothing_passes_guarded() -> None:
    unknown = replace(series(5.0, u=None), lacking=("relay actuation",))
    found = decide(MAX, unknown, GUARDED)
    assert (found.verdict, found.conditional) == (Verdict.INCONCLUSIVE, False)
    assert found.statement.endswith("U, which is not evaluated (relay actuation)")
    assert decide(MAX, series(2000.0, u=None), GUARDED).verdict is Verdict.FAIL


def test_a_limit_may_choose_another_rule_than_the_plan() -> None:
    own = at_most(1000, basis="plan", decision=GUARDED).on("max")
    assert decide(own, series(995.0), SIMPLE).conditional
    own = at_most(1000, basis="plan", decision=SIMPLE).on("max")
    assert decide(own, series(995.0), GUARDED).verdict is Verdict.PASS


def test_a_spread_has_no_guard_band() -> None:
    spread = at_most(3, basis="plan").on("sd")
    found = decide(spread, series(1.0, 2.0), GUARDED)
    assert (found.verdict, found.rule, found.guard_band) == (Verdict.PASS, SIMPLE, 0.0)


@given(
    samples=st.lists(st.floats(0, 2000), min_size=1, max_size=70),
    u=st.none() | st.floats(0, 300),
    statistic=st.sampled_from(["p50", "p95", "max", "min", "mean"]),
    upper=st.booleans(),
    extra=st.integers(0, 3),
)
def test_the_stricter_rule_never_makes_a_verdict_milder(
    samples: list[float], u: float | None, statistic: str, upper: bool, extra: int
) -> None:
    bound = (at_most if upper else at_least)(1000, basis="plan").on(statistic)
    taken = Series(samples, len(samples) + extra, "ms", "taps", uncertainty=u)
    simple, guarded = decide(bound, taken), decide(bound, taken, GUARDED)
    assert worst([simple.verdict, guarded.verdict]) is guarded.verdict
    assert (simple.verdict is Verdict.FAIL) is (guarded.verdict is Verdict.FAIL)


def whole_budget(u_ms: float) -> Budgets:
    """U of 12 ms, if each of the five contributions is 6 over the root of five."""
    parts = [
        component(name, Size(u_ms / 2 / 5**0.5, "ms"), source="a test")
        for name in EXPECTED[LATENCY]
    ]
    return Budgets((budget(LATENCY, parts),))


@pytest.mark.parametrize(
    ("sample", "raised"), [(995.0, ConditionallyKept), (1005.0, ConditionallyMissed)]
)
def test_a_measurement_within_the_guard_band_ends_conditionally(
    sample: float, raised: type[Exception]
) -> None:
    measure = Measure(budgets=whole_budget(12.0), decision=GUARDED)
    limits = Limits({"tap": {"max": {"at_most": 1000, "basis": "plan"}}})
    with (
        pytest.raises(raised, match=r"tap max: conditional .* U = 12 ms"),
        measure("tap", unit="ms", **limits("tap")).once() as tap,
    ):
        tap.takes(sample)
    (kept,) = measure.finished
    assert kept.budget == LATENCY
    assert kept.judgements[0].conditional
    assert kept.judgements[0].uncertainty == pytest.approx(12.0)
