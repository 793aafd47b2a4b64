"""Which requirement applies to which vehicle, how open matters are read, what is not judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rig.records.catalogue import ApplicabilityRecord, ReadingRecord
from rig.records.verdict import Verdict
from tests.reports.sample_runs import requirement, result

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun

CATALOGUE = (
    requirement("DK-UNLOCK-01"),
    requirement("DK-UNLOCK-02"),
    requirement("DK-SHARE-01", "sharing"),
)
NONE = "\N{EN DASH}"
CONVERTIBLE, HATCH = "cooper convertible", "cooper <hatch>"
DECISIONS = (
    ApplicabilityRecord("DK-UNLOCK-01", applies=True, vehicle=CONVERTIBLE, why="Digital Key only"),
    ApplicabilityRecord("DK-UNLOCK-02", applies=False, vehicle="", why="this bench has no Plus"),
    ApplicabilityRecord("DK-SHARE-01", applies=True, vehicle=HATCH, why="either key & a phone"),
)
READINGS = (
    ReadingRecord("AMB-41", "", "Expect by state.", meaning="One gesture does both."),
    ReadingRecord("", "code_tries", "5"),
    ReadingRecord("AMB-03", "counting.scope", "vehicle", ("account",), "what the limit counts"),
)


def test_every_decision_is_told_with_its_vehicle_and_why(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], requirements=CATALOGUE, applicability=DECISIONS)
    told = page.by_id("applicability").text
    assert f"1 of 3 on {CONVERTIBLE} 1 of 3 on {HATCH} 1 of 3 on nothing" in told
    assert page.row("DK-UNLOCK-02 Title of") == (
        "DK-UNLOCK-02 Title of DK-UNLOCK-02 this bench has no Plus"
    )
    assert "1 requirement judged on cooper <hatch> Judged on cooper <hatch>" in told
    assert "DK-SHARE-01 Title of DK-SHARE-01 either key & a phone" in told
    assert 'href="#applicability"' in page.source


def test_a_run_of_an_older_rig_says_that_it_recorded_none(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], requirements=CATALOGUE)
    assert "recorded no decision about what applies" in page.by_id("applicability").text
    assert "The run recorded no reading." in page.by_id("readings").text
    assert "What no test can judge today" not in page.text


def test_a_test_names_the_vehicle_it_was_played_on(page_of: RenderRun) -> None:
    page = page_of(
        [
            result("a::test_one", vehicle=CONVERTIBLE),
            result("a::test_two", Verdict.FAIL, vehicle=HATCH),
            result("a::test_two", attempt=2, vehicle=HATCH),
        ]
    )
    assert f"400 ms on {CONVERTIBLE}" in page.row("one a::test_one")
    assert page.row("two a::test_two").count(f"on {HATCH}") == 2


def test_ambiguities_are_carried_with_the_reading_that_was_chosen(page_of: RenderRun) -> None:
    page = page_of(
        [result("a::test_one")],
        readings=READINGS,
        ambiguities={"AMB-03": "What a limit counts", "AMB-41": "A <second> tap"},
    )
    told = [e.text for e in page.find("tr") if e.text.startswith(("AMB-", "chosen"))]
    assert told == [
        "AMB-03 What a limit counts what the limit counts counting.scope: vehicle account",
        f"AMB-41 A <second> tap One gesture does both. Expect by state. {NONE}",
        f"chosen by the plan {NONE} code_tries: 5 {NONE}",
    ]


def test_what_no_test_can_judge_has_its_reason_and_is_no_gap_of_the_plan(
    page_of: RenderRun,
) -> None:
    page = page_of(
        [result("a::test_one", requirements=("DK-UNLOCK-01",))],
        requirements=CATALOGUE,
        unjudged={"DK-UNLOCK-02": "It cannot range <yet>."},
    )
    assert page.row("DK-UNLOCK-02 P1") == (
        "DK-UNLOCK-02 P1 Title of DK-UNLOCK-02 It cannot range <yet>."
    )
    left_out = page.text.split("Not covered by this plan")[1].split("What no test can judge")[0]
    assert "DK-SHARE-01" in left_out
    assert "DK-UNLOCK-02" not in left_out
    assert page.row("unlock").startswith("unlock 1 of 2 1 not to be judged today")
    assert "1 requirement that no test can judge today." in page.text
    assert "1 P1 requirement of the catalogue not covered by this plan." in page.text


def test_a_test_of_a_requirement_outweighs_the_reason_why_there_is_none(
    page_of: RenderRun,
) -> None:
    page = page_of(
        [result("a::test_one", requirements=("DK-UNLOCK-02",))],
        requirements=CATALOGUE,
        unjudged={"DK-UNLOCK-02": "It cannot range."},
    )
    assert "What no test can judge today" not in page.text
    assert page.row("DK-UNLOCK-02 P1").endswith("✓ pass judged: complete ✓ pass one")
