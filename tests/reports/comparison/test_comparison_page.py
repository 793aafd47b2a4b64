"""The comparison report: what changed stands first, and two nights are called two nights."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.comparison.page import ComparisonPage, render_comparison
from reports.comparison.quantities import Difference
from reports.errors import ReportError
from rig.records.catalogue import ReadingRecord
from rig.records.run import DeviceRecord, Result, SettingRecord, Statistic, TestStarted
from rig.records.verdict import Verdict
from tests.reports.page_reader import Page
from tests.reports.sample_runs import STARTED, requirement, result, taps, write_run

KNOWN = tuple(map(requirement, ("DK-A-01", "DK-B-01", "DK-C-01")))
TAP = result("a::test_tap", requirements=("DK-A-01",), measurements=(taps([300.0, 310.0, 330.0]),))
LOCK = result("a::test_lock", requirements=("DK-B-01",))
HOSTILE = "\"'><script>owned()</script></svg>$\\frac{{ 7*7 }}\x1b"


class Desk:
    """Writes runs and compares them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.found: ComparisonPage

    def run(self, name: str, *results: Result, **head: Any) -> Path:
        head = {"run_id": name, "requirements": KNOWN, **head}
        return write_run(self._folder / name, results, **head)

    def compared(self, before: Path, after: Path) -> Page:
        self.found = render_comparison(before, after)
        return Page(self.found.text)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_same_results_differ_in_nothing(desk: Desk) -> None:
    page = desk.compared(desk.run("one", TAP, LOCK), desk.run("two", TAP, LOCK))
    assert not desk.found.got_worse
    for said in (
        "nothing got worse",
        "Every requirement stands as before.",
        "Every test stands as before.",
        "Both runs cover the same requirements with as many tests.",
        "All settings and readings are the same.",
    ):
        assert said in page.text
    assert "≠ differs" not in page.text
    assert page.row("Run ") == "Run one two"
    assert not page.find("p", "stamp")


def test_what_got_worse_stands_first(desk: Desk) -> None:
    bad = result("a::test_tap", Verdict.FAIL, requirements=("DK-A-01",), reason="too slow")
    failing = result("a::test_lock", Verdict.FAIL, requirements=("DK-B-01",))
    page = desk.compared(desk.run("one", TAP, failing), desk.run("two", bad, LOCK))
    assert desk.found.got_worse
    rows = [e.text for e in page.find("tr")]
    worse = next(n for n, row in enumerate(rows) if row.startswith("tap a::test_tap"))
    better = next(n for n, row in enumerate(rows) if row.startswith("lock a::test_lock"))
    assert worse < better
    assert rows[worse] == "tap a::test_tap too slow ▼ worse ✓ pass ✕ fail"
    assert rows[better] == "lock a::test_lock ▲ better ✕ fail ✓ pass"
    assert page.row("DK-A-01 Title of DK-A-01").endswith("▼ worse ✓ pass ✕ fail")
    assert "1 test got worse, 1 requirement got worse." in page.text


def test_a_test_that_is_not_run_any_more_did_not_get_worse(desk: Desk) -> None:
    page = desk.compared(desk.run("one", TAP, LOCK), desk.run("two", TAP))
    assert not desk.found.got_worse
    assert page.row("lock a::test_lock").endswith("- not run any more ✓ pass - not run")
    assert "1 test is not run any more, 1 requirement is not run any more." in page.text
    assert "nothing got worse" in page.text
    assert page.row("DK-B-01 Title of DK-B-01 1 test") == (
        "DK-B-01 Title of DK-B-01 1 test not covered"
    )


def test_a_change_of_coverage_and_of_the_catalogue_is_told(desk: Desk) -> None:
    second = result("a::test_tap_again", requirements=("DK-A-01",))
    before = desk.run("one", TAP, requirements=KNOWN[:2], unjudged={"DK-B-01": "why"})
    page = desk.compared(before, desk.run("two", TAP, second))
    rows = {e.text for e in page.find("tr")}
    assert "DK-A-01 Title of DK-A-01 1 test 2 tests" in rows
    assert "DK-B-01 Title of DK-B-01 no test can judge it not covered" in rows
    assert "DK-C-01 Title of DK-C-01 not in the catalogue not covered" in rows


def test_both_runs_estimates_stand_with_the_difference_and_its_interval(desk: Desk) -> None:
    def tap(p50: float, low: float, high: float) -> Result:
        found = (Statistic("p50", p50, low, high, 0.95), Statistic("max", 400.0, None, None, 0.95))
        return replace(TAP, measurements=(taps([p50] * 9, statistics=found),))

    before, after = desk.run("one", tap(300, 297, 304)), desk.run("two", tap(320, 316, 323))
    page = desk.compared(before, after)
    # 20 - hypot(320 - 316, 304 - 300) and 20 + hypot(323 - 320, 300 - 297)
    assert page.row("P50 300") == (
        "P50 300 297 to 304 320 316 to 323 +20 ◆ leaves out zero 14.34 to 24.24"
    )
    assert page.row("max 400") == "max 400 400 0"
    assert "Two runs do not tell a regression." in page.text
    assert page.by_id("q1d").text == (
        "Step curves of 9 samples before and 9 after, in “tap”. "
        "P50 before: 300 ms. P50 after: 320 ms."
    )
    assert len(page.find("svg", "drawn")) == 1


@pytest.mark.parametrize(
    ("before", "after", "beyond"),
    [
        ((300, 290, 310), (305, 295, 315), False),
        ((300, 299, 301), (305, 304, 306), True),
        ((305, 304, 306), (300, 299, 301), True),
        ((300, None, None), (305, 304, 306), False),
        ((300, 299, 301), (math.nan, math.nan, math.nan), False),
    ],
)
def test_a_difference_is_beyond_chance_when_its_interval_leaves_out_zero(
    before: tuple[float, float | None, float | None],
    after: tuple[float, float | None, float | None],
    beyond: bool,
) -> None:
    old, new = (Statistic("p50", *figures, 0.95) for figures in (before, after))
    assert Difference("p50", old, new).is_beyond_chance is beyond


def test_intervals_of_other_confidence_give_none_of_a_difference() -> None:
    old, new = Statistic("p50", 300, 299, 301, 0.95), Statistic("p50", 305, 304, 306, 0.99)
    assert Difference("p50", old, new).value == 5
    assert Difference("p50", old, new).interval is None


def test_a_quantity_of_one_run_is_listed_and_not_drawn(desk: Desk) -> None:
    silent = result("a::test_tap", requirements=("DK-A-01",))
    page = desk.compared(desk.run("one", silent), desk.run("two", TAP))
    assert page.row("n ") == "n not measured 3"
    assert "There is nothing to draw of both runs." in page.text
    assert not page.find("svg")
    assert "0 quantities were measured in both runs." in page.text


def test_the_last_attempt_is_what_is_compared(desk: Desk) -> None:
    first = result("a::test_tap", Verdict.ERROR, requirements=("DK-A-01",))
    again = replace(TAP, attempt=2, measurements=(taps([500.0] * 4),))
    page = desk.compared(desk.run("one", TAP), desk.run("two", first, again))
    assert page.row("tap a::test_tap").endswith("▼ worse ✓ pass ↻ pass after retry")
    assert page.row("n 3") == "n 3 4"


def test_what_the_runs_were_of_stands_side_by_side(desk: Desk) -> None:
    settings = (SettingRecord("mac_covers", "all", "sourced", "why"),)
    reading = ReadingRecord("AMB-03", "counting.scope", "account")
    device = replace(STARTED.devices[0], firmware="2.00")
    other = DeviceRecord("tray", "nfc.pcsc", True)
    head: dict[str, Any] = {
        "settings": settings,
        "readings": (reading,),
        "devices": (device, other),
        "vehicle": {"model": "aceman"},
        "lock_sha256": "dd" * 32,
    }
    page = desk.compared(desk.run("one", TAP), desk.run("two", TAP, **head))
    rows = {e.text for e in page.find("tr")}
    assert "mac covers data (inferred) all (sourced)" in rows
    assert "counting.scope \u2013 account" in rows
    assert "model ≠ differs cooper aceman" in rows
    assert f"Dependency lock, SHA-256 ≠ differs {'cc' * 32} {'dd' * 32}" in rows
    assert any(row.startswith("driver handle ≠ differs nfc.pcsc, ACS, ACR1252U") for row in rows)
    assert "tray ≠ differs \u2013 nfc.pcsc, virtual" in rows
    assert "Plan smoke Smoke plan of the door and the tray" in next(
        row for row in rows if row.startswith("Plan smoke")
    )


def test_stamps_of_either_run_are_on_top_with_the_run_that_they_are_of(desk: Desk) -> None:
    cut = desk.run("two", TAP, cut_off=TestStarted("a::test_next", 1, ()), simulated=True)
    page = desk.compared(desk.run("one", TAP), cut)
    assert [e.text for e in page.find("p", "stamp")] == [
        "After: SIMULATED - no compliance verdict",
        'After: INCOMPLETE - cut off during "next", attempt 1',
    ]
    assert page.source.index("stamps") < page.source.index("<h1>")
    assert "@top-left" in page.source
    both = desk.compared(desk.run("three", TAP, simulated=True), cut)
    assert both.find("p", "stamp")[0].text == "SIMULATED - no compliance verdict"


def test_hostile_text_adds_no_element(desk: Desk) -> None:
    def runs(name: str, poison: str) -> Page:
        made = []
        for number, verdict in enumerate((Verdict.PASS, Verdict.FAIL)):
            measured = taps([1.0, 2.0, 3.0], name=poison, unit=poison)
            tap = result(
                f"a::{poison}", verdict, requirements=("DK-A-01",), measurements=(measured,)
            )
            tap = replace(tap, reason=poison)
            device = DeviceRecord(poison, poison, False, poison, f"{poison}{number}")
            head = {"devices": (device,), "vehicle": {poison: f"{poison}{number}"}}
            head = {**head, "plan_title": poison, "bench": f"{poison}{number}"}
            made.append(desk.run(f"{name}{number}", tap, **head))
        return desk.compared(*made)

    calm, hostile = runs("calm", "~"), runs("bad", HOSTILE)
    assert [e.tag for e in hostile.elements if e.tag != "wbr"] == [
        e.tag for e in calm.elements if e.tag != "wbr"
    ]
    assert "{{ 7*7 }}" in hostile.text
    assert not hostile.find("script")


def test_the_same_folders_give_the_same_text(desk: Desk) -> None:
    runs = desk.run("one", TAP, LOCK), desk.run("two", TAP)
    assert render_comparison(*runs) == render_comparison(*runs)


def test_a_folder_that_is_no_run_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="nothing"):
        render_comparison(desk.run("one", TAP), tmp_path / "nothing")
