"""One owner pairing to follow: every visit of it, from SELECT to the first unlock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reports.evidence import PAIRING_VISITS, collect_evidence
from reports.trials import Trial
from rig.records.trace import PAIRED, VisitRecord
from rig.records.verdict import Verdict
from tests.reports.demo_pairing import pairing
from tests.reports.sample_runs import result, visit

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun
    from tests.reports.page_reader import Page

HEADING = "One pairing to follow"


def outcomes(test: str, *said: str) -> list[VisitRecord]:
    return [visit(test, n, outcome=outcome) for n, outcome in enumerate(said, 1)]


def followed(page: Page) -> list[tuple[str, bool]]:
    """Outcome of each visit below the heading, and whether it is unfolded."""
    (article,) = page.find("article", "followed")
    count = int(article.text.split(" visits shown")[0].split()[-3])
    shown = page.find("details", "visit")[:count]
    return [(v.text.split("driver_handle: ")[1].split()[0], "open" in v.attributes) for v in shown]


def test_every_visit_of_the_first_attempt_with_a_pairing_is_shown_in_order(
    page_of: RenderRun,
) -> None:
    tests = ("a::test_taps", "a::test_pairs", "a::test_pairs_again")
    visits = [
        *outcomes(tests[0], "unlocked", "locked"),
        *outcomes(tests[1], "refused", PAIRED, "refused", "unlocked", "locked", "unlocked"),
        *outcomes(tests[2], PAIRED, "unlocked"),
    ]
    page = page_of([result(test) for test in tests], visits)
    assert followed(page) == [
        ("refused", True),
        (PAIRED, True),
        ("refused", True),
        ("unlocked", True),
        ("locked", False),
        ("unlocked", False),
    ]
    assert len(page.find("article")) == 1  # the visits of the others are in files of their own
    assert "6 of 6 visits shown" in page.find("article", "followed")[0].text
    assert "4 further visits of 10 are in these files alone" in page.text


def test_a_run_without_a_pairing_has_no_such_heading(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], outcomes("a::test_one", "unlocked"))
    assert HEADING not in page.text
    assert page.find("article", "followed") == []


def test_without_an_unlock_after_it_the_whole_pairing_is_unfolded(page_of: RenderRun) -> None:
    page = page_of(
        [result("a::test_pairs")], outcomes("a::test_pairs", "unlocked", PAIRED, "refused")
    )
    assert [unfolded for _, unfolded in followed(page)] == [True, True, True]


def test_a_failing_attempt_with_a_pairing_is_shown_once_with_its_reason(page_of: RenderRun) -> None:
    page = page_of(
        [result("a::test_pairs", Verdict.FAIL, reason="no unlock")],
        outcomes("a::test_pairs", PAIRED, "refused"),
    )
    (article,) = page.find("article")
    assert article.attributes["class"].split() == ["card", "followed", "failing"]
    assert "✕ fail no unlock 2 of 2 visits shown." in article.text
    assert "Failing attempts" not in [heading.text for heading in page.find("h3")]


def test_a_pairing_in_endless_company_is_cut_and_the_rest_counted() -> None:
    test = "a::test_pairs"
    many = outcomes(test, PAIRED, *["unlocked"] * PAIRING_VISITS)
    plain = result(test, visits=len(many))
    gallery = collect_evidence(iter(many), [Trial(test, 1, attempts=[plain])])
    assert gallery.pairing is not None
    assert len(gallery.pairing.visits) == PAIRING_VISITS
    assert (gallery.total, gallery.left_out, gallery.failing) == (PAIRING_VISITS + 1, 1, ())


@pytest.mark.parametrize(
    "line",
    [
        "5A SPAKE2+ versions 01010100 1.1, 1.0",
        "C1 cost N 00001000 4096",
        "command OP CONTROL FLOW 80 3C 11 11 end: success, key not tracked yet",
        "command CONTROL FLOW 80 3C 01 81 owner token provisioned; ends the third phase of owner "
        "pairing",
    ],
)
def test_a_reader_can_follow_the_decoded_messages(page_of: RenderRun, line: str) -> None:
    test = "a::test_pairs"
    page = page_of([replace(result(test), visits=5)], pairing(test))
    (article,) = page.find("article", "followed")
    assert line in article.text
