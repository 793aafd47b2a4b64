"""What the first screen may say of a run, and what it must."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reports.page import render_page
from rig.records.journal import TRACE, Journal
from rig.records.run import RunFinished, TestStarted
from rig.records.verdict import Verdict
from tests.reports.page_reader import Page
from tests.reports.sample_runs import BEGAN, requirement, result, visit, write_run

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun


def test_a_run_on_real_devices_gets_a_verdict(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")])
    assert page.find("div", "verdict")[0].text.startswith("✓ pass")
    assert page.find("p", "stamp") == []


def test_a_simulated_run_is_stamped_and_gets_no_verdict(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], simulated=True)
    (stamp,) = page.find("p", "stamp")
    assert stamp.text == "SIMULATED - no compliance verdict"
    assert page.find("div", "verdict")[0].text.startswith("No compliance verdict")
    assert page.find("title")[0].text.startswith("SIMULATED")
    # On paper: the strip at the edge and the margin of every page.
    assert page.find("div", "edge")[0].text == stamp.text
    assert "@top-left" in page.find("style")[-1].text


def test_substitutions_stand_beside_the_verdict(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], substitutions=("bench one for two: no reader",))
    assert "bench one for two: no reader" in page.find("div", "verdict")[0].text


def test_a_run_that_was_cut_off_names_the_test_under_way(page_of: RenderRun) -> None:
    cut_off = TestStarted("a::test_the_door_opens", 2, ("DK-A-01",))
    page = page_of([result("a::test_one")], cut_off=cut_off)
    (stamp,) = page.find("p", "stamp")
    assert stamp.text == 'INCOMPLETE - cut off during "the door opens", attempt 2'
    assert page.find("div", "verdict")[0].text.startswith("No compliance verdict")
    assert "Attempt 2: began and left no result" in page.row("the door opens")


def test_a_run_without_an_end_is_incomplete_between_tests_too(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], finished=False)
    assert page.find("p", "stamp")[0].text == "INCOMPLETE - cut off between two tests"


def test_a_selected_test_that_never_ran_makes_a_run_incomplete(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], selected=("a::test_one", "a::test_two"))
    assert page.find("p", "stamp")[0].text == "INCOMPLETE - 1 selected test did not run"
    assert "Incomplete: 1 selected test did not run." in [li.text for li in page.find("li")]
    assert "selected, never begun" in page.row("two")


def test_a_pass_after_a_retry_is_not_a_plain_pass(page_of: RenderRun) -> None:
    attempts = [
        result("a::test_one", Verdict.ERROR, requirements=("DK-A-01",), reason="the reader left"),
        result("a::test_one", requirements=("DK-A-01",), attempt=2),
    ]
    page = page_of(attempts, requirements=(requirement("DK-A-01"),))
    assert page.find("div", "verdict")[0].text.startswith("↻ pass after retry")
    assert "pass after retry" in page.row("DK-A-01")
    row = page.row("one a::test_one")
    assert "Attempt 1: ! error" in row
    assert "the reader left" in row
    assert "Attempt 2: ✓ pass" in row
    assert "1 test: pass after retry." in page.text


def test_visits_that_are_counted_and_not_in_the_trace_take_the_verdict(tmp_path: Path) -> None:
    seen = [visit("a::test_one", n) for n in (1, 2)]
    folder = write_run(tmp_path, [result("a::test_one")], seen)
    trace = folder / TRACE
    trace.write_bytes(trace.read_bytes()[:-20])  # in the middle of the last line
    page = Page(render_page(folder))
    (stamp,) = page.find("p", "stamp")
    assert stamp.text == "EVIDENCE MISSING - 1 of 2 visits is not in the trace"
    assert page.find("div", "verdict")[0].text.startswith("No compliance verdict")
    assert "The trace holds 1 of 2 visits of one, attempt 1." in page.text
    trace.unlink()
    page = Page(render_page(folder))
    assert page.find("p", "stamp")[0].text == (
        "EVIDENCE MISSING - 2 of 2 visits are not in the trace"
    )
    assert "The trace holds 0 of 2 visits of one, attempt 1." in page.text


def test_visits_beyond_those_counted_take_the_verdict(page_of: RenderRun) -> None:
    seen = [visit("a::test_one", n) for n in (1, 2, 3)]
    page = page_of([result("a::test_one", visits=2)], seen)
    (stamp,) = page.find("p", "stamp")
    assert stamp.text == "EVIDENCE DOUBTFUL - the trace holds 1 visit more than the results count"
    assert "1 visit differs between trace and results." in [li.text for li in page.find("li")]


def test_visits_of_an_attempt_that_was_cut_off_are_not_missed(page_of: RenderRun) -> None:
    page = page_of([], [visit("a::test_one")], cut_off=TestStarted("a::test_one", 1, ()))
    assert len(page.find("p", "stamp")) == 1
    assert "EVIDENCE" not in page.text


def test_failures_block_with_the_most_urgent_first(page_of: RenderRun) -> None:
    page = page_of(
        [
            result("a::test_later", Verdict.FAIL, requirements=("DK-A-02",)),
            result("a::test_first", Verdict.FAIL, requirements=("DK-A-01",)),
            result("a::test_broken", Verdict.ERROR),
        ],
        requirements=(requirement("DK-A-01"), requirement("DK-A-02", priority="P2")),
    )
    head = page.find("header")[0].text
    assert head.index("first P1 DK-A-01") < head.index("later P2 DK-A-02")
    assert "1 test: error." in head
    assert "broken" not in head.split("Blocking failures")[1].split("Open points")[0]


def test_a_recorded_verdict_that_results_contradict_is_doubted(tmp_path: Path) -> None:
    run = write_run(tmp_path, [result("a::test_one", Verdict.FAIL)], finished=False)
    with Journal(run) as journal:
        journal.append(RunFinished(BEGAN, Verdict.PASS, 0))
    text = Page(render_page(run)).text
    assert "The run recorded pass; its last attempts add up to fail." in text


def test_a_run_that_judged_nothing_says_so(page_of: RenderRun) -> None:
    page = page_of()
    assert page.find("div", "verdict")[0].text.startswith("No compliance verdict")
    assert "Nothing was judged." in page.text
    assert "The run selected no test." in page.text


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_told_by_word_and_sign(page_of: RenderRun, verdict: Verdict) -> None:
    page = page_of([result("a::test_one", verdict, reason="why")], [visit("a::test_one")])
    badges = [b.text for b in page.find("span", "badge")]
    assert any(b.endswith(f" {verdict.value}") for b in badges)
    assert all(len(b.split(" ", 1)[0]) == 1 for b in badges)


def test_the_page_ends_with_its_mark_and_its_limits(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")])
    foot = page.find("footer")[0].text
    assert "relate only to the items tested" in foot
    assert foot.endswith("— End of report 20260302T091405Z-smoke-desk —")


def test_method_names_what_the_run_was_made_with(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], lock_sha256="")
    assert page.row("Plan, SHA-256") == f"Plan, SHA-256 {'bb' * 32}"
    assert page.row("Command line") == "Command line rig run smoke --bench desk"
    assert page.row("Dependency lock") == "Dependency lock, SHA-256 not recorded"
    assert page.row("Begun") == "Begun 2026-03-02 09:14:05 UTC"
    assert BEGAN.startswith("2026-03-02T09:14:05")


def test_devices_and_assumed_settings_are_listed(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")])
    assert "ACS ACR1252U RR554-1 1.08" in page.row("driver_handle")
    assert page.row("mac_covers") == "mac_covers data ◆ inferred Readers that work do so."


def test_headings_are_in_order_and_tables_are_labelled(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one", Verdict.FAIL)], [visit("a::test_one")])
    levels = [int(e.tag[1]) for e in page.elements if e.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.find("caption")) == len(page.find("table"))
    assert all(e.attributes.get("scope") in {"row", "col"} for e in page.find("th"))
    drawn = [e for e in page.find("svg") if e.attributes["role"] == "img"]
    assert len(page.find("title")) == len(drawn) + 1
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    links = [e.attributes["href"][1:] for e in page.find("a") if e.attributes["href"][0] == "#"]
    assert set(links) <= set(ids)


def test_long_tables_come_in_parts_that_a_browser_can_skip(page_of: RenderRun) -> None:
    page = page_of([result(f"a::test_{n}") for n in range(450)])
    parts = page.find("table", "t-test")
    assert [p.text.count("✓ pass") for p in parts] == [200, 200, 50]
    assert "rows 401 to 450 of 450" in parts[-1].text
    assert ".chunk { content-visibility: auto;" in page.find("style")[0].text
