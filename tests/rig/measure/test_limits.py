"""When a limit is kept, when it is missed, and when nobody can say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.measure.errors import LimitError
from rig.measure.limits import Limits, Series, at_least, at_most, judge
from rig.measure.statistics import demonstrated
from rig.records.verdict import Verdict

P95 = at_most(1000, basis="plan").on("p95")


def taps(within: int, above: int = 0, wanted: int = 0) -> Series:
    samples = [500.0] * within + [1200.0] * above
    return Series(samples, wanted or len(samples), "ms", "taps")


@pytest.mark.parametrize(
    ("series", "verdict", "statement"),
    [
        pytest.param(
            taps(59),
            Verdict.PASS,
            "at least 95.0 % of taps are within 1000 ms at 95 % confidence (59 taps, 0 above)",
            id="59-with-none-above",
        ),
        pytest.param(
            taps(92, 1),
            Verdict.PASS,
            "at least 95.0 % of taps are within 1000 ms at 95 % confidence (93 taps, 1 above)",
            id="93-with-one-above",
        ),
        pytest.param(
            taps(300),
            Verdict.PASS,
            "at least 99.0 % of taps are within 1000 ms at 95 % confidence (300 taps, 0 above)",
            id="says-all-that-is-demonstrated",
        ),
        pytest.param(
            taps(58),
            Verdict.INCONCLUSIVE,
            "not shown that 95 % of taps are within 1000 ms at 95 % confidence "
            "(58 taps, 0 above); it takes 1 more that keep the limit",
            id="58-are-one-too-few",
        ),
        pytest.param(
            taps(58, 1),
            Verdict.INCONCLUSIVE,
            "not shown that 95 % of taps are within 1000 ms at 95 % confidence "
            "(59 taps, 1 above); it takes 34 more that keep the limit",
            id="one-above-asks-for-93",
        ),
        pytest.param(
            taps(56, 3),
            Verdict.FAIL,
            "only 94.9 % of taps were within 1000 ms, not 95 % (59 taps, 3 above)",
            id="more-than-5-percent-above",
        ),
        pytest.param(
            taps(59, wanted=60),
            Verdict.INCONCLUSIVE,
            "not shown that 95 % of taps are within 1000 ms at 95 % confidence "
            "(59 of 60 taps, 0 above); it takes the rest of the samples",
            id="cut-short",
        ),
        pytest.param(
            taps(0, 4, wanted=59),
            Verdict.FAIL,
            "only 0.0 % of taps were within 1000 ms, not 95 % (4 of 59 taps, 4 above)",
            id="cut-short-and-beyond-saving",
        ),
        pytest.param(
            taps(0, 0, wanted=59), Verdict.INCONCLUSIVE, "none of 59 taps taken", id="none"
        ),
    ],
)
def test_a_percentile_limit_is_judged_by_what_the_samples_show(
    series: Series, verdict: Verdict, statement: str
) -> None:
    found = judge(P95, series)
    assert (found.verdict, found.statement) == (verdict, statement)


def test_a_sample_on_the_bound_keeps_it() -> None:
    assert judge(P95, Series([1000.0] * 59, 59, "ms")).verdict is Verdict.PASS
    assert judge(P95, Series([1000.1] * 59, 59, "ms")).verdict is Verdict.FAIL
    p5 = at_least(0.5, basis="plan").on("p5")
    assert judge(p5, Series([0.5] * 59, 59, "m")).verdict is Verdict.PASS


def test_a_lower_limit_on_a_low_percentile_says_how_many_reach_it() -> None:
    limit = at_least(0.5, basis="zones").on("p5")
    series = Series([1.0] * 59, 59, "m", "approaches")
    assert judge(limit, series).statement == (
        "at least 95.0 % of approaches are 0.5 m or more at 95 % confidence "
        "(59 approaches, 0 below)"
    )
    series.samples[:3] = [0.1] * 3
    assert judge(limit, series).verdict is Verdict.FAIL


@given(
    st.lists(st.floats(0, 2000), min_size=1, max_size=150),
    st.integers(1, 99),
    st.integers(0, 20),
    st.booleans(),
)
def test_no_limit_passes_that_is_not_demonstrated(
    samples: list[float], percent: int, missing: int, upper: bool
) -> None:
    bound = (at_most if upper else at_least)(1000, basis="plan").on(f"p{percent}")
    share = percent if upper else 100 - percent
    beyond = sum(s > 1000 if upper else s < 1000 for s in samples)
    shown = demonstrated(len(samples), beyond, 0.95) >= share / 100 * (1 - 1e-9)
    verdict = judge(bound, Series(samples, len(samples) + missing, "ms")).verdict
    assert (verdict is Verdict.PASS) == (shown and not missing)


@given(st.lists(st.floats(0, 2000), min_size=1, max_size=60), st.integers(1, 99))
def test_an_estimate_beyond_the_bound_fails(samples: list[float], percent: int) -> None:
    limit = at_most(1000, basis="plan").on(f"p{percent}")
    estimate = sorted(samples)[-(-len(samples) * percent // 100) - 1]
    verdict = judge(limit, Series(samples, len(samples), "ms")).verdict
    assert (verdict is Verdict.FAIL) == (estimate > 1000)


@pytest.mark.parametrize(
    ("statistic", "bound", "samples", "wanted", "verdict"),
    [
        ("max", at_most(10, basis="plan"), [1, 10], 2, Verdict.PASS),
        ("max", at_most(10, basis="plan"), [1, 11], 2, Verdict.FAIL),
        ("max", at_most(10, basis="plan"), [1, 11], 3, Verdict.FAIL),
        ("max", at_most(10, basis="plan"), [1, 10], 3, Verdict.INCONCLUSIVE),
        ("max", at_least(10, basis="plan"), [1, 9], 3, Verdict.INCONCLUSIVE),
        ("min", at_least(10, basis="plan"), [10, 11], 2, Verdict.PASS),
        ("min", at_least(10, basis="plan"), [9, 11], 3, Verdict.FAIL),
        ("mean", at_most(10, basis="plan"), [9, 11], 2, Verdict.PASS),
        ("mean", at_most(10, basis="plan"), [9, 12], 2, Verdict.FAIL),
        ("mean", at_most(10, basis="plan"), [9, 12], 3, Verdict.INCONCLUSIVE),
        ("sd", at_most(1.5, basis="plan"), [9, 11], 2, Verdict.PASS),
        ("sd", at_most(1.4, basis="plan"), [9, 11], 2, Verdict.FAIL),
        ("sd", at_most(1.5, basis="plan"), [9, 11], 3, Verdict.INCONCLUSIVE),
        ("sd", at_most(1.5, basis="plan"), [9], 1, Verdict.INCONCLUSIVE),
    ],
)
def test_other_limits_compare_with_the_samples_taken(
    statistic: str, bound: Any, samples: list[float], wanted: int, verdict: Verdict
) -> None:
    assert judge(bound.on(statistic), Series(samples, wanted, "ms")).verdict is verdict


def test_a_limit_on_the_largest_names_it() -> None:
    found = judge(at_most(10, basis="plan").on("max"), Series([4.25, 3], 2, "ms", "taps"))
    assert found.statement == "the largest of 2 taps is 4.25 ms; at most 10 ms was asked"


@pytest.mark.parametrize("basis", ["", "  ", None])
def test_a_limit_without_a_basis_is_refused(basis: Any) -> None:
    with pytest.raises(LimitError, match="names its basis"):
        at_most(1000, basis=basis)


@pytest.mark.parametrize("bound", [float("nan"), float("inf"), "1000", True, None])
def test_a_bound_that_is_no_number_is_refused(bound: Any) -> None:
    with pytest.raises(LimitError, match="is no number"):
        at_least(bound, basis="plan")


@pytest.mark.parametrize("statistic", ["p0", "p100", "p05", "median", "P95", "p95 "])
def test_an_unknown_statistic_is_refused(statistic: str) -> None:
    with pytest.raises(LimitError, match="no statistic"):
        at_most(1, basis="plan").on(statistic)


def test_a_plan_gives_the_limits_of_a_measurement_by_name() -> None:
    limits = Limits({"tap_to_unlock": {"p95": {"at_most": 1000, "basis": "plan"}}})
    assert limits("tap_to_unlock") == {"p95": at_most(1000, basis="plan")}


@pytest.mark.parametrize(
    "entry",
    [
        {"at_most": 1000},
        {"basis": "plan"},
        {"at_most": 1000, "at_least": 1, "basis": "plan"},
        {"at_most": 1000, "basis": "plan", "note": "?"},
        {"at_most": "fast", "basis": "plan"},
    ],
)
def test_a_plan_with_a_limit_nobody_could_judge_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(LimitError):
        Limits({"tap_to_unlock": {"p95": entry}})


def test_a_plan_with_an_unknown_statistic_is_refused() -> None:
    with pytest.raises(LimitError, match="no statistic 'p950'"):
        Limits({"tap": {"p950": {"at_most": 1, "basis": "plan"}}})


def test_asking_a_plan_for_limits_it_lacks_names_those_it_has() -> None:
    limits = Limits({"tap_to_unlock": {}})
    with pytest.raises(LimitError, match="no limits for 'tap_to_start'; it has: tap_to_unlock"):
        limits("tap_to_start")
