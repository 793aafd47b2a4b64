"""A plan's decision rule and a bench's uncertainty, from their files to verdict and journal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rig.measure.figures_file import FORMAT
from rig.measure.uncertainty import EXPECTED, LATENCY
from rig.records.verdict import Verdict

if TYPE_CHECKING:
    from tests.rig.plugin.conftest import Desk, Outcome

TEST = """
def test_takes(measure, limits):
    with measure("tap", unit="ms", **limits("tap")).once() as tap: tap.takes({sample})
"""
GUARDED = "decision: guarded\nlimits: {tap: {max: {at_most: 1000, unit: ms, basis: plan}}}\n"


def run(
    desk: Desk, sample: float, plan: str = GUARDED, *, without: str = "", source: str = TEST
) -> Outcome:
    """On a bench whose latencies have U = 12 ms, save for a contribution that nobody stated."""
    entries = [
        {"quantity": LATENCY, "name": name, "value": 6 / 5**0.5, "unit": "ms", "freedom": None}
        | {"distribution": "normal", "source": "a data sheet"}
        for name in EXPECTED[LATENCY]
        if name != without
    ]
    desk.write("figures.json", json.dumps({"format": FORMAT, "figures": entries}))
    bench = (desk.folder / "tiny.yaml").read_text()
    if "figures" not in bench:
        desk.write("tiny.yaml", bench.replace("{keyring", "{figures: figures.json, keyring"))
    desk.write_plan("test_it.py", source.format(sample=sample), plan)
    return desk.run("--plan=plan.yaml")


@pytest.mark.parametrize(
    ("sample", "verdict", "conditional", "status", "word"),
    [
        (987, Verdict.PASS, False, 0, "pass"),
        (995, Verdict.INCONCLUSIVE, True, 4, "conditional pass"),
        (1005, Verdict.FAIL, True, 1, "conditional fail"),
        (1013, Verdict.FAIL, False, 1, "fail"),
    ],
)
def test_a_guarded_plan_ends_with_one_of_four(
    desk: Desk, sample: float, verdict: Verdict, conditional: bool, status: int, word: str
) -> None:
    outcome = run(desk, sample)
    result = outcome.result("test_takes")
    assert (result.verdict, result.conditional) == (verdict, conditional)
    assert outcome.status == status
    assert f"\n{word} " in outcome.output
    (measured,) = result.measurements
    (judged,) = measured.judgements
    assert judged.rule == "guarded"
    assert judged.guard_band == pytest.approx(12.0)
    (budget,) = outcome.run.started.budgets
    assert budget.quantity == measured.budget == LATENCY
    assert budget.expanded == pytest.approx(12.0)
    assert not budget.unknown


def test_what_nobody_stated_lets_nothing_pass(desk: Desk) -> None:
    outcome = run(desk, 5, without="relay actuation")
    result = outcome.result("test_takes")
    assert (result.verdict, result.conditional) == (Verdict.INCONCLUSIVE, False)
    assert "which is not evaluated (relay actuation)" in result.reason
    assert list(outcome.run.started.budgets[0].unknown) == ["relay actuation"]


def test_a_limit_of_the_plan_may_have_a_rule_of_its_own(desk: Desk) -> None:
    plan = GUARDED.replace("basis: plan", "basis: plan, decision: simple")
    outcome = run(desk, 995, plan)
    assert outcome.status == 0
    assert outcome.result("test_takes").measurements[0].judgements[0].rule == "simple"


def test_a_plain_fail_beside_a_conditional_one_is_plain(desk: Desk) -> None:
    limits = (
        "max: {at_most: 1000, unit: ms, basis: plan}, min: {at_least: 2000, unit: ms, basis: b}"
    )
    outcome = run(desk, 1005, f"decision: guarded\nlimits: {{tap: {{{limits}}}}}\n")
    result = outcome.result("test_takes")
    assert (result.verdict, result.conditional) == (Verdict.FAIL, False)


def test_an_error_in_teardown_is_no_conditional_verdict(desk: Desk) -> None:
    late = "@pytest.fixture\ndef late():\n    yield\n    raise OSError('gone')\n"
    source = late + TEST.replace("(measure, limits)", "(late, measure, limits)")
    result = run(desk, 995, source=source).result("test_takes")
    assert (result.verdict, result.conditional) == (Verdict.ERROR, False)
