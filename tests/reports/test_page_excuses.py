"""Deviations, waivers, quarantine, retries and completeness: what is not as plain as a verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reports.page import render_page
from rig.records.catalogue import ReadingRecord
from rig.records.excuses import Quarantine, WaiverRecord
from rig.records.journal import Journal
from rig.records.run import RunFinished
from rig.records.verdict import Verdict
from tests.reports.page_reader import Page
from tests.reports.sample_runs import requirement, result, write_run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reports.conftest import RenderRun

# The sample runs are of 2026-03-02.
WAIVER = WaiverRecord(
    "waiver", "A. Smith", "3.2 m will do", "DK-1", "2026-01-01", "2026-06-30", "DK-A-01"
)
OVER = WaiverRecord(
    "waiver", "B. Jones", "once", "DK-2", "2026-01-01", "2026-03-01", test="a::test_two"
)
DEVIATION = WaiverRecord(
    "deviation", "C. Brown", "at 12 degrees", "DK-3", "2026-01-01", "2026-12-31", "DK-A-02"
)
HELD = Quarantine("a::test_one", "D. White", "DK-4", "2026-04-01")
CATALOGUE = (requirement("DK-A-01"), requirement("DK-A-02", priority="P2"))
FAILED = result("a::test_one", Verdict.FAIL, requirements=("DK-A-01",), reason="too far")
LATE = result("a::test_two", Verdict.FAIL, requirements=("DK-A-02",))


def test_a_waived_fail_is_no_pass_and_blocks_nothing(page_of: RenderRun) -> None:
    page = page_of([FAILED], requirements=CATALOGUE, waivers=(WAIVER,))
    assert page.find("div", "verdict")[0].text.startswith("⊘ waived fail")
    assert "⊘ waived fail" in page.row("one a::test_one")
    assert "⊘ waived fail" in page.row("DK-A-01 P1")
    head = page.find("header")[0].text
    assert "Blocking failures None." in head
    assert "1 test: waived fail." in head
    row = page.row("DK-A-01 3.2 m")
    assert row == (
        "DK-A-01 3.2 m will do A. Smith, DK-1 2026-01-01 to 2026-06-30 in force ⊘ waived fail one"
    )


def test_a_waiver_that_is_over_excuses_nothing_and_is_shown(page_of: RenderRun) -> None:
    page = page_of([LATE], requirements=CATALOGUE, waivers=(OVER,))
    assert page.find("div", "verdict")[0].text.startswith("✕ fail")
    assert "2026-03-01 not in force on the day of the run ✕ fail two" in page.row(
        "a::test_two once"
    )


def test_other_failures_keep_the_run_a_fail(page_of: RenderRun) -> None:
    page = page_of([FAILED, LATE], requirements=CATALOGUE, waivers=(WAIVER,))
    assert page.find("div", "verdict")[0].text.startswith("✕ fail")
    assert "Blocking failures two P2 DK-A-02" in page.find("header")[0].text


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.PASS])
def test_only_a_fail_is_waived(page_of: RenderRun, verdict: Verdict) -> None:
    one = result("a::test_one", verdict, requirements=("DK-A-01",))
    page = page_of([one], requirements=CATALOGUE, waivers=(WAIVER,))
    assert "waived fail" not in page.row("one a::test_one")
    assert page.row("DK-A-01 3.2 m").endswith("in force none")


def test_a_deviation_is_listed_and_excuses_nothing(page_of: RenderRun) -> None:
    page = page_of([LATE], requirements=CATALOGUE, waivers=(DEVIATION,))
    assert page.find("div", "verdict")[0].text.startswith("✕ fail")
    assert "at 12 degrees C. Brown, DK-3" in page.row("DK-A-02 at 12")
    assert "✕ fail two" in page.row("DK-A-02 at 12")


def test_a_test_in_quarantine_stands_apart_and_is_no_pass(page_of: RenderRun) -> None:
    passed = result("a::test_one", requirements=("DK-A-01",))
    page = page_of([passed], requirements=CATALOGUE, quarantine=(HELD,))
    assert "⊟ quarantined" in page.row("one a::test_one")
    assert "⊟ quarantined judged: not at all" in page.row("DK-A-01 P1")
    assert page.row("one D. White") == "one D. White, DK-4 2026-04-01 in force ✓ pass"
    assert "1 test: quarantined." in page.find("header")[0].text


def test_what_fails_in_quarantine_is_neither_verdict_nor_doubt(tmp_path: Path) -> None:
    results = [FAILED, result("a::test_two")]
    folder = write_run(tmp_path / "held", results, finished=False, quarantine=(HELD,))
    with Journal(folder) as journal:
        journal.append(RunFinished("2026-03-02T09:20:41+00:00", Verdict.PASS, 0))
    page = Page(render_page(folder))
    assert page.find("div", "verdict")[0].text.startswith("✓ pass")
    assert "add up to" not in page.text
    assert "✕ fail too far" in page.row("one D. White")
    assert "Blocking failures None." in page.find("header")[0].text


def test_a_quarantine_that_is_over_counts_the_test(page_of: RenderRun) -> None:
    over = Quarantine("a::test_one", "D. White", "DK-4", "2026-03-01")
    page = page_of([FAILED], requirements=CATALOGUE, quarantine=(over,))
    assert page.find("div", "verdict")[0].text.startswith("✕ fail")
    assert "expired: the test counts" in page.row("one D. White")


def test_a_test_that_was_run_again_is_listed_with_both_attempts(page_of: RenderRun) -> None:
    attempts = [
        result("a::test_one", Verdict.ERROR, reason="the reader left"),
        result("a::test_one", attempt=2),
    ]
    page = page_of(attempts)
    (item,) = [e.text for e in page.find("li") if "attempt 1:" in e.text]
    assert item == (
        "one ↻ pass after retry; attempt 1: ! error, the reader left; attempt 2: ✓ pass"
    )


def test_a_run_without_any_of_it_says_so_in_a_line(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")])
    assert "None: nothing was waived, nothing deviated from the method" in page.text
    assert page.find("table", "t-waiver") == []


def test_a_requirement_says_how_far_it_was_judged(page_of: RenderRun) -> None:
    catalogue = (
        requirement("DK-A-01"),
        requirement("DK-A-02"),
        requirement("DK-A-03"),
        requirement("DK-A-04"),
    )
    page = page_of(
        [
            result("a::test_1", requirements=("DK-A-01",)),
            result("a::test_2", requirements=("DK-A-01", "DK-A-02")),
            result("a::test_3", Verdict.INCONCLUSIVE, requirements=("DK-A-02",), reason="why"),
            result("a::test_4", Verdict.NOT_APPLICABLE, requirements=("DK-A-03",), reason="no"),
            result("a::test_5", requirements=("DK-A-04",)),
            result("a::test_6", Verdict.NOT_APPLICABLE, requirements=("DK-A-04",), reason="no"),
        ],
        requirements=catalogue,
    )
    assert "judged: complete ✓ pass 1" in page.row("DK-A-01")
    assert "judged: partly 1 of 2 tests without a judgement" in page.row("DK-A-02")
    assert "judged: not at all applies to nothing on this bench" in page.row("DK-A-03")
    lacking = "conditions not covered: 1 of 2 tests are for another bench"
    assert f"judged: partly {lacking}" in page.row("DK-A-04")
    assert "1 complete 2 partly 1 not at all" in page.text


def test_an_ambiguity_is_open_unless_the_run_chose_a_reading(page_of: RenderRun) -> None:
    open_one = replace(requirement("DK-A-01"), ambiguities=("AMB-07", "AMB-08"))
    one = result("a::test_1", requirements=("DK-A-01",))
    read = (ReadingRecord("AMB-07", "full_function", "on_acceptance"),)
    page = page_of([one], requirements=(open_one,), readings=read)
    assert "judged: partly open in the sources: AMB-08" in page.row("DK-A-01")


def test_what_was_only_observed_is_judged_in_part(page_of: RenderRun) -> None:
    seen = result("a::test_1", Verdict.OBSERVED, requirements=("DK-A-01",))
    page = page_of([seen], requirements=(requirement("DK-A-01"),))
    assert "judged: partly 1 test observed and not judged" in page.row("DK-A-01")
