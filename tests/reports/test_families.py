"""Tests of one function come together in the tables of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.families import gather, group_families
from reports.standing import Standing
from reports.trials import Trial
from rig.records.verdict import Verdict
from tests.reports.sample_runs import requirement, result

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun

TESTS = ("a::test_one", "a::test_taps[owner]", "a::test_taps[friend]", "a::test_two[owner]")


def trials(*tests: str, standing: Standing = Standing.PASS) -> list[Trial]:
    return [Trial(test, n, standing=standing) for n, test in enumerate(tests, 1)]


def test_neighbours_that_differ_in_parameters_are_a_family() -> None:
    (part,) = group_families(trials(*TESTS), 200)
    assert [(f.head, [p for _t, p in f.parameters]) for f in part.families] == [
        ("", ["a::test_one"]),
        ("a::test_taps", ["[owner]", "[friend]"]),
        ("", ["a::test_two[owner]"]),
    ]


def test_a_family_goes_on_in_the_next_table() -> None:
    parts = group_families(trials(*(f"a::test_taps[{n}]" for n in range(5))), 2)
    assert [[f.head for f in part.families] for part in parts] == [["a::test_taps"]] * 3
    assert [t.number for part in parts for t in part.trials] == [1, 2, 3, 4, 5]


def test_a_requirement_s_tests_are_gathered_only_where_they_stand_alike() -> None:
    found = trials(*(f"a::test_taps[{n}]" for n in range(4)))
    found[1].standing = Standing.FAIL
    assert [(s, [t.number for t in f.trials]) for s, f in gather(found)] == [
        (Standing.PASS, [1]),
        (Standing.FAIL, [2]),
        (Standing.PASS, [3, 4]),
    ]


def test_the_page_names_a_family_once_and_links_each_of_its_tests(page_of: RenderRun) -> None:
    page = page_of(
        [result(t, requirements=("DK-A-01",)) for t in TESTS[:-1]]
        + [result(TESTS[-1], Verdict.FAIL, requirements=("DK-A-01",))],
        requirements=(requirement("DK-A-01"),),
    )
    assert page.row("taps a::test_taps") == "taps a::test_taps DK-A-01"
    assert page.row("[friend]") == "[friend] ✓ pass 400 ms"
    row = page.row("DK-A-01 P1")
    assert "✓ pass taps [owner] [friend]" in row
    assert "✕ fail two [owner]" in row
    linked = {a.text: a.attributes["href"] for a in page.find("a")}
    assert linked["[friend]"] == "#t3"
    assert linked["one"] == "#t1"


def test_what_a_family_does_not_share_stands_with_each_of_its_tests(page_of: RenderRun) -> None:
    page = page_of(
        [
            result("a::test_taps[0]", requirements=("DK-A-01",), vehicle="hatch"),
            result("a::test_taps[1]", requirements=("DK-A-02",), vehicle="convertible"),
            result("a::test_locks[0]", requirements=("DK-A-01",), vehicle="hatch"),
            result("a::test_locks[1]", requirements=("DK-A-01",), vehicle="hatch"),
        ],
        requirements=(requirement("DK-A-01"), requirement("DK-A-02")),
    )
    assert page.row("taps a::test_taps") == "taps a::test_taps"
    rows = [e.text for e in page.find("tr") if e.text.startswith("[")]
    assert rows == [
        "[0] ✓ pass DK-A-01 400 ms on hatch",
        "[1] ✓ pass DK-A-02 400 ms on convertible",
        "[0] ✓ pass 400 ms",
        "[1] ✓ pass 400 ms",
    ]
    assert page.row("locks a::test_locks") == "locks a::test_locks DK-A-01 on hatch"
