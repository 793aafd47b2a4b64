"""Decision rule and guard band beside each limit, conditional verdicts, uncertainty budgets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reports.standing import Standing, stand_together
from rig.records.run import Judgement, Limit, Measurement
from rig.records.uncertainty import UncertaintyBudget, UncertaintyComponent
from rig.records.verdict import Verdict
from tests.reports.sample_runs import requirement, result, taps

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun

LIMIT = Limit("max", "<=", 1000.0, "DK-A-01 (customer)")
BUDGET = UncertaintyBudget(
    quantity="latency",
    unit="ms",
    components=(
        UncertaintyComponent(
            "relay actuation", 1.5, "ms", "rectangular", 3**0.5, 1.0, 0.866, None, "the doctor"
        ),
        UncertaintyComponent("clock", 2.0, "us", "normal", 1.0, 0.001, 0.002, 9.0, "a data sheet"),
    ),
    combined=0.866,
    freedom=None,
    coverage=2.0,
    expanded=1.732,
    unknown={"sensor debounce": "no sensor states its debounce_ms"},
)


def judged(verdict: Verdict, **more: object) -> Measurement:
    judgement = Judgement(LIMIT, verdict, "As said.", "guarded", 12.0, 12.0)
    return taps([995.0], judgements=(replace(judgement, **more),), budget="latency")  # type: ignore[arg-type]


def test_a_guarded_limit_names_its_guard_band_its_source_and_the_plan(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one", measurements=(judged(Verdict.PASS),))])
    card = page.find("div", "limit")[0].text
    assert "MAX" not in card
    assert "max ≤ 1000 ms As said. Basis of the limit: DK-A-01 (customer)" in card
    assert "guarded acceptance, guard band w = U = 12 ms; at most about 2.5 % of" in card
    assert f"Plan smoke, SHA-256 {'bb' * 6}; rig 0.1.0+g1a2b3c4." in card


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"rule": "simple", "guard_band": 0.0}, "simple acceptance, guard band w = 0; of a value"),
        ({"rule": "simple", "guard_band": 0.0, "uncertainty": None}, "up to 50 % of acceptances"),
        ({"guard_band": None, "uncertainty": None}, "is not evaluated, so nothing can pass"),
        ({"rule": ""}, "Decision rule: not recorded."),
    ],
)
def test_every_limit_says_its_rule(page_of: RenderRun, more: dict[str, object], says: str) -> None:
    page = page_of([result("a::test_one", measurements=(judged(Verdict.PASS, **more),))])
    assert says in page.find("div", "limit")[0].text


def test_the_demonstration_at_95_percent_confidence_is_printed(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one", measurements=(judged(Verdict.PASS),))])
    assert "59 without exceedance for 95 % at 95 % confidence, 93 with one" in page.text
    assert page.find("details", "rules") == []  # closed ones are not printed


@pytest.mark.parametrize(
    ("verdict", "word"),
    [(Verdict.INCONCLUSIVE, "conditional pass"), (Verdict.FAIL, "conditional fail")],
)
def test_a_conditional_verdict_stands_by_itself_everywhere(
    page_of: RenderRun, verdict: Verdict, word: str
) -> None:
    measured = judged(verdict, conditional=True)
    one = result(
        "a::test_one",
        verdict,
        measurements=(measured,),
        requirements=("DK-A-01",),
        conditional=True,
        reason="because of U",
    )
    page = page_of([one], requirements=(requirement("DK-A-01"),))
    assert word in page.find("div", "verdict")[0].text
    for place in ("DK-A-01 P1", "one a::test_one", "tap_to_unlock ms"):
        assert word in page.row(place), place
    head = page.find("header")[0].text
    blocks = "one P1 DK-A-01" in head.split("Blocking failures")[1].split("Open points")[0]
    assert blocks is (verdict is Verdict.FAIL)
    assert ("1 test: conditional pass." in head) is (verdict is Verdict.INCONCLUSIVE)


def test_a_plain_verdict_outranks_a_conditional_one() -> None:
    both = [Standing.CONDITIONAL_FAIL, Standing.WAIVED, Standing.FAIL]
    assert stand_together(both) is Standing.FAIL
    assert stand_together(both[:2]) is Standing.CONDITIONAL_FAIL
    assert stand_together([Standing.PASS, Standing.WAIVED]) is Standing.WAIVED
    mixed = [Standing.CONDITIONAL_PASS, Standing.INCONCLUSIVE, Standing.PASS]
    assert stand_together(mixed) is Standing.INCONCLUSIVE
    assert stand_together([Standing.CONDITIONAL_PASS, Standing.PASS]) is Standing.CONDITIONAL_PASS


def test_a_conditional_fail_among_plain_ones_keeps_the_head_plain(page_of: RenderRun) -> None:
    page = page_of(
        [
            result("a::test_one", Verdict.FAIL, conditional=True),
            result("a::test_two", Verdict.FAIL),
        ]
    )
    assert page.find("div", "verdict")[0].text.startswith("✕ fail")


def test_a_budget_has_every_contribution_and_stands_once(page_of: RenderRun) -> None:
    twice = [result(f"a::test_{n}", measurements=(judged(Verdict.PASS),)) for n in (1, 2)]
    page = page_of(twice, budgets=(BUDGET, replace(BUDGET, quantity="range", unit="m")))
    assert len(page.find("table", "t-budget")) == 1
    assert page.row("relay actuation") == (
        "relay actuation 1.5 ms rectangular 1.73 1 0.87 ∞ the doctor"
    )
    assert page.row("clock") == "clock 2 us normal 1 0.001 0.002 9 a data sheet"
    assert page.row("sensor debounce") == (
        "sensor debounce not evaluated no sensor states its debounce_ms"
    )
    assert "u = 0.87 ms with ∞ effective degrees of freedom" in page.text
    assert "expanded U = k u = 1.7 ms with k = 2.00 for 95.45 % (GUM)." in page.text
    assert "so U is larger than that and no limit can be guarded by it" in page.text
    assert "It applies to: tap_to_unlock" in page.text


def test_a_budget_of_unknowns_states_no_figure(page_of: RenderRun) -> None:
    empty = replace(BUDGET, components=(), combined=None, coverage=None, expanded=None)
    page = page_of([result("a::test_1", measurements=(judged(Verdict.PASS),))], budgets=(empty,))
    assert "No uncertainty is stated: nothing that contributes to it is known." in page.text
    assert "k u =" not in page.text


def test_what_has_no_budget_is_named(page_of: RenderRun) -> None:
    count = replace(judged(Verdict.PASS), name="places", unit="", budget="")
    page = page_of(
        [result("a::test_1", measurements=(judged(Verdict.PASS), count))], budgets=(BUDGET,)
    )
    assert "Without a budget, being counts or shares: places" in page.text


def test_an_older_run_has_no_budgets_and_says_so(page_of: RenderRun) -> None:
    page = page_of([result("a::test_1", measurements=(taps([5.0]),))])
    assert "The run recorded no uncertainty budget." in page.text
