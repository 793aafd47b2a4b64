"""A test that broke the rig is run once more where the plan says so, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from rig.records.verdict import Verdict

if TYPE_CHECKING:
    from tests.rig.plugin.conftest import Desk

RETRY = "retry: rig_errors\n"
SOURCE = """
from drivers.api.errors import LinkLost
from rig.measure.outcomes import Inconclusive
BEGUN = []

@pytest.fixture
def fresh():
    BEGUN.append("set up")
    yield BEGUN.count("set up")
    BEGUN.append("torn down")

def test_before(): pass
def test_breaks_once(fresh):
    if fresh == 1: raise LinkLost("gone", device="tray")
    assert BEGUN == ["set up", "torn down", "set up"]
def test_after(): pass
"""
ENDINGS = {
    "fail": "assert False",
    "inconclusive": "raise Inconclusive('nobody answered')",
    "pass": "pass",
    "not applicable": "from rig.measure.outcomes import NotApplicable; raise NotApplicable('no')",
}


def test_a_rig_error_is_followed_by_one_more_attempt_with_all_set_up_anew(desk: Desk) -> None:
    desk.write_plan("test_it.py", SOURCE, RETRY)
    junit = desk.folder / "junit.xml"
    outcome = desk.run("--plan=plan.yaml", f"--junit-xml={junit}")
    assert outcome.status == 0, outcome.output
    tries = [(r.test.partition("::")[2], r.attempt, r.verdict) for r in outcome.run.results]
    assert tries == [
        ("test_before", 1, Verdict.PASS),
        ("test_breaks_once", 1, Verdict.ERROR),
        ("test_breaks_once", 2, Verdict.PASS),
        ("test_after", 1, Verdict.PASS),
    ]
    assert [(t.test, t.attempt) for t in outcome.run.begun] == [
        (r.test, r.attempt) for r in outcome.run.results
    ]
    assert outcome.run.finished is not None
    assert outcome.run.finished.verdict is Verdict.PASS
    tree = ET.parse(junit)  # noqa: S314 - written by this test
    cases = [c for c in tree.iter("testcase") if c.get("name") == "test_breaks_once"]
    assert [[child.tag for child in c if child.tag != "properties"] for c in cases] == [
        ["error"],
        [],
    ]


def test_a_person_sees_both_attempts(desk: Desk) -> None:
    desk.write_plan("test_it.py", SOURCE, RETRY)
    output = desk.run("--plan=plan.yaml").output
    assert "[2/3] error" in output
    assert "an error of the rig is no verdict; once more" in output
    assert "[2/3] pass           breaks once · attempt 2" in output
    assert "[3/3]" in output
    assert "pass after retry" in output
    assert "1 test run twice, because the rig broke in the first attempt" in output
    assert "3 pass\n" in output


def test_a_second_error_is_the_last(desk: Desk) -> None:
    source = 'from drivers.api.errors import LinkLost\ndef test_a(): raise LinkLost("gone")\n'
    desk.write_plan("test_it.py", source, RETRY)
    outcome = desk.run("--plan=plan.yaml")
    assert [r.attempt for r in outcome.run.results] == [1, 2]
    assert outcome.status == 3


@pytest.mark.parametrize("verdict", ENDINGS)
def test_what_is_no_rig_error_is_never_run_again(desk: Desk, verdict: str) -> None:
    source = "from rig.measure.outcomes import Inconclusive\n"
    desk.write_plan("test_it.py", f"{source}def test_a(): {ENDINGS[verdict]}\n", RETRY)
    (only,) = desk.run("--plan=plan.yaml").run.results
    assert (only.verdict, only.attempt) == (verdict, 1)


def test_a_fail_in_the_second_attempt_stays_a_fail(desk: Desk) -> None:
    source = SOURCE.replace("    assert BEGUN", '    assert "the door" == BEGUN')
    desk.write_plan("test_it.py", source, RETRY)
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == 1
    assert [r.verdict for r in outcome.run.results][1:3] == [Verdict.ERROR, Verdict.FAIL]


def test_no_plan_runs_anything_again_unasked(desk: Desk) -> None:
    desk.write_plan("test_it.py", SOURCE)
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == 3
    assert [r.attempt for r in outcome.run.results] == [1, 1, 1]


def test_who_stops_at_the_first_failure_gets_no_second_attempt(desk: Desk) -> None:
    desk.write_plan("test_it.py", SOURCE, RETRY)
    outcome = desk.run("--plan=plan.yaml", "-x")
    assert [r.attempt for r in outcome.run.results] == [1, 1]
    assert outcome.status == 3
