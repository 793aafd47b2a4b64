"""The requirement matrix, both ways."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reports.standing import Standing, stand_together
from rig.records.run import Observation, TestStarted
from rig.records.verdict import Verdict
from tests.reports.sample_runs import requirement, result

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun

CATALOGUE = (
    requirement("DK-UNLOCK-01"),
    requirement("DK-UNLOCK-02"),
    requirement("DK-SHARE-01", "sharing"),
    requirement("DK-SHARE-02", "sharing", priority="P2"),
)


def test_a_requirement_lists_its_tests_and_a_test_its_requirements(page_of: RenderRun) -> None:
    page = page_of(
        [
            result("a::test_one", requirements=("DK-UNLOCK-01", "DK-UNLOCK-02")),
            result("a::test_two", Verdict.FAIL, requirements=("DK-UNLOCK-01",)),
        ],
        requirements=CATALOGUE,
    )
    row = page.row("DK-UNLOCK-01 P1")
    assert row.endswith("✕ fail judged: complete ✓ pass one ✕ fail two")
    assert page.row("DK-UNLOCK-02 P1").endswith("✓ pass judged: complete ✓ pass one")
    assert "DK-UNLOCK-01 DK-UNLOCK-02" in page.row("one a::test_one")
    anchors = [e.attributes["href"] for e in page.find("a", "id")]
    assert [page.by_id(a[1:]).text.split()[0] for a in anchors] == [
        "DK-UNLOCK-01",
        "DK-UNLOCK-02",
        "DK-UNLOCK-01",
    ]


def test_what_the_plan_leaves_out_is_listed_by_capability(page_of: RenderRun) -> None:
    page = page_of(
        [result("a::test_one", requirements=("DK-UNLOCK-01", "DK-SHARE-01"))],
        requirements=CATALOGUE,
    )
    left_out = page.text.split("Not covered by this plan")[1].split("Tests with all")[0]
    assert "unlock 1 of 2 DK-UNLOCK-02 P1" in left_out
    assert "sharing 1 of 2 DK-SHARE-02 P2" in left_out
    assert "DK-UNLOCK-01" not in left_out
    assert page.row("unlock").startswith("unlock 1 of 2")
    assert "1 P1 requirement of the catalogue not covered by this plan." in page.text


def test_an_open_matter_is_named_by_id_and_title(page_of: RenderRun) -> None:
    touched = replace(CATALOGUE[0], ambiguities=("AMB-02", "AMB-41"))
    observed = Observation("unlock with driver open", "unlocked", "AMB-02")
    page = page_of(
        [
            result(
                "a::test_one",
                Verdict.OBSERVED,
                requirements=("DK-UNLOCK-01",),
                observations=(observed,),
            )
        ],
        requirements=(touched,),
        ambiguities={"AMB-02": "Closed <doors>", "AMB-41": "Second tap"},
    )
    matters = "Open in the sources: AMB-02 Closed <doors>; AMB-41 Second tap"
    assert matters in page.row("DK-UNLOCK-01")
    assert "unlocked AMB-02 Closed <doors> one" in page.row("unlock with driver open")
    assert "unlock with driver open: unlocked (AMB-02)" in page.row("one a::test_one")


def test_an_id_unknown_to_the_catalogue_is_flagged(page_of: RenderRun) -> None:
    page = page_of(
        [result("a::test_one", requirements=("DK-NONE-77",)), result("a::test_two")],
        requirements=CATALOGUE,
    )
    assert page.row("DK-NONE-77") == "DK-NONE-77 one"
    assert "DK-NONE-77 (not in the catalogue)" in page.row("one a::test_one")
    assert "Requirement ids unknown to the catalogue: DK-NONE-77." in page.text
    assert "1 test without a requirement." in page.text


def test_the_last_attempt_decides_over_a_requirement(page_of: RenderRun) -> None:
    page = page_of(
        [
            result("a::test_one", requirements=("DK-UNLOCK-01",)),
            result("a::test_one", Verdict.FAIL, attempt=2, requirements=("DK-UNLOCK-01",)),
        ],
        requirements=CATALOGUE,
    )
    assert "✕ fail judged: complete ✕ fail one" in page.row("DK-UNLOCK-01")


def test_a_requirement_whose_test_was_cut_off_is_not_finished(page_of: RenderRun) -> None:
    page = page_of(
        [result("a::test_one", requirements=("DK-UNLOCK-01",))],
        cut_off=TestStarted("a::test_two", 1, ("DK-UNLOCK-01",)),
        requirements=CATALOGUE,
    )
    row = page.row("DK-UNLOCK-01")
    assert "… not finished judged: partly 1 of 2 tests without a judgement ✓ pass one …" in row


@pytest.mark.parametrize(
    ("standings", "together"),
    [
        ([], Standing.UNCOVERED),
        ([Standing.PASS, Standing.PASS], Standing.PASS),
        ([Standing.PASS, Standing.RETRIED], Standing.RETRIED),
        ([Standing.PASS, Standing.NOT_APPLICABLE], Standing.PASS),
        ([Standing.RETRIED, Standing.OBSERVED], Standing.OBSERVED),
        ([Standing.PASS, Standing.NOT_RUN], Standing.NOT_RUN),
        ([Standing.NOT_RUN], Standing.NOT_RUN),
        ([Standing.FAIL, Standing.UNFINISHED], Standing.FAIL),
        ([Standing.INCONCLUSIVE, Standing.ERROR, Standing.PASS], Standing.ERROR),
    ],
)
def test_the_worst_standing_decides(standings: list[Standing], together: Standing) -> None:
    assert stand_together(standings) is together
