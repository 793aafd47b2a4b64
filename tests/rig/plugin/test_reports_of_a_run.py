"""What a run leaves for the engineer beside its journal, and what one that never began leaves."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.rig.plugin.conftest import Desk, Outcome

WITH_REPORTS = ("-p", "reports.plugin")
PASSES = "def test_one(): pass\n"
CUT_OFF = "import os, signal\ndef test_one(): os.kill(os.getpid(), signal.SIGINT)\n"


def engineer_page(outcome: Outcome) -> str:
    return (outcome.folder / "engineer.html").read_text(encoding="utf-8")


def rows_of(page: str) -> dict[str, str]:
    """The cells of each test's last row, by its name."""
    blob = re.search(r'data-jsonblob="([^"]*)"', page)
    assert blob is not None
    tests = json.loads(html.unescape(blob[1]))["tests"]
    return {
        name.rpartition("::")[2]: "".join(t[-1]["resultsTableRow"]) for name, t in tests.items()
    }


def test_the_engineers_page_carries_the_stamp_of_a_simulated_run(desk: Desk) -> None:
    desk.write_plan("test_it.py", PASSES)
    page = engineer_page(desk.run("--plan=plan.yaml", *WITH_REPORTS))
    assert "SIMULATED - no compliance verdict" in page
    assert "INCOMPLETE" not in page
    assert "No test has a result" not in page


@pytest.mark.parametrize("source", [PASSES, CUT_OFF], ids=["whole", "cut off"])
def test_junit_says_of_the_suite_that_a_device_was_virtual(desk: Desk, source: str) -> None:
    desk.write_plan("test_it.py", source)
    outcome = desk.run("--plan=plan.yaml", *WITH_REPORTS)
    tree = ET.parse(outcome.folder / "junit.xml")  # noqa: S314 - ours
    found = [p.attrib for p in tree.findall("./testsuite/properties/property")]
    assert found == [{"name": "simulated", "value": "true"}]


def test_the_engineers_page_of_an_early_interruption_says_why_it_is_empty(desk: Desk) -> None:
    desk.write_plan("test_it.py", CUT_OFF + "def test_two(): pass\n")
    outcome = desk.run("--plan=plan.yaml", *WITH_REPORTS)
    assert outcome.status == 130
    page = engineer_page(outcome)
    assert "INCOMPLETE - interrupted by SIGINT in " in page
    assert "No test has a result" in page


def test_a_run_that_a_test_stops_has_both_pages(desk: Desk) -> None:
    desk.write_plan("test_it.py", PASSES + "def test_two(): pytest.exit('<b>enough')\n")
    outcome = desk.run("--plan=plan.yaml", *WITH_REPORTS)
    page = engineer_page(outcome)
    assert "INCOMPLETE - stopped by pytest.exit: &lt;b&gt;enough" in page
    assert (outcome.folder / "report.html").exists()


def test_a_failure_that_was_expected_is_a_failure_on_the_engineers_page(desk: Desk) -> None:
    source = (
        "@pytest.mark.xfail(strict=False)\ndef test_one(): assert False\n"
        "@pytest.mark.xfail(strict=False)\ndef test_two(): pass\n"
    )
    desk.write_plan("test_it.py", source)
    rows = rows_of(engineer_page(desk.run("--plan=plan.yaml", *WITH_REPORTS)))
    assert '<td class="col-result">Failed</td>' in rows["test_one"]
    assert '<td class="col-result">Passed</td>' in rows["test_two"]


def test_the_engineers_page_shows_what_was_observed(desk: Desk) -> None:
    source = 'def test_one(observe): observe("second tap", "locks", ambiguity="AMB-41")\n'
    desk.write_plan("test_it.py", source)
    rows = rows_of(engineer_page(desk.run("--plan=plan.yaml", *WITH_REPORTS)))
    assert '<td class="col-observed">second tap: locks (AMB-41)</td>' in rows["test_one"]


NEVER_BEGAN = {
    "nothing selected": (PASSES, ("-k", "zzz"), 3),
    "unknown id": ('@pytest.mark.requirement("DK-NO-01")\ndef test_one(): pass\n', (), 2),
    "no Python": ("def (:\n", (), 2),
    "unknown test": (PASSES, ("test_it.py::test_none",), 2),
}


@pytest.mark.parametrize("case", NEVER_BEGAN)
def test_a_run_that_never_began_leaves_no_folder(desk: Desk, case: str) -> None:
    source, arguments, status = NEVER_BEGAN[case]
    desk.write_plan("test_it.py", source)
    outcome = desk.run("--plan=plan.yaml", *WITH_REPORTS, *arguments)
    assert outcome.status == status
    assert not outcome.folder.exists()


def test_a_run_that_never_began_keeps_what_others_left_in_its_folder(desk: Desk) -> None:
    desk.write_plan("test_it.py", PASSES)
    (desk.folder / "run").mkdir()
    desk.write("run/notes.txt", "mine")
    mine = desk.folder / "mine.xml"
    arguments = ("--plan=plan.yaml", *WITH_REPORTS, f"--junit-xml={mine}", "-k", "zzz")
    outcome = desk.run(*arguments)
    assert [path.name for path in outcome.folder.iterdir()] == ["notes.txt"]
    assert mine.exists()
