"""What excuses a test in a run, what does not, and what the run's status makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rig.plans.coverage import coverage
from rig.records.verdict import Verdict

if TYPE_CHECKING:
    from tests.rig.plugin.conftest import Desk

SOON, LATE = (str(datetime.now(UTC).date() + timedelta(days)) for days in (3, 17))
ONE_FAILS = """
def test_passes(): pass
def test_fails(): assert False
"""
URGENT = '@pytest.mark.requirement("DK-UNLOCK-01")\n'
# Of a requirement that is not urgent, besides the file's own mark in these plans.
LENIENT = 'import pytest\npytestmark = pytest.mark.requirement("DK-SEC-01")\n'


def waiver(about: str, *, kind: str = "waiver", until: str = "2099-12-31") -> str:
    return (
        f"waivers: [{{{about}, kind: {kind}, by: A. Smith, reason: known, ticket: T-1, "
        f"from: 2026-01-01, until: {until}}}]"
    )


def held(test: str, until: str = SOON) -> str:
    return f'quarantine: [{{test: "{test}", owner: A. Smith, ticket: T-2, until: {until}}}]'


def write(desk: Desk, source: str, *, waivers: str = "", quarantine: str = "") -> None:
    desk.write("test_it.py", LENIENT + source)
    desk.write("plan.yaml", "title: A plan\ntests: [test_it.py]\n")
    desk.write("waivers.yaml", waivers)
    desk.write("quarantine.yaml", quarantine)


def test_a_waived_failure_still_fails_the_run(desk: Desk) -> None:
    write(desk, ONE_FAILS, waivers=waiver("requirement: DK-SEC-01"))
    outcome = desk.run("--plan=plan.yaml", "--waivers=waivers.yaml")
    assert outcome.status == 1
    assert "waived fail" in outcome.output
    assert "1 test failed, and that is accepted" in outcome.output
    assert outcome.run.finished is not None
    assert outcome.run.finished.verdict is Verdict.FAIL
    (recorded,) = outcome.run.started.waivers
    assert (recorded.by, recorded.reason, recorded.ticket) == ("A. Smith", "known", "T-1")
    assert outcome.result("test_fails").verdict is Verdict.FAIL


def test_only_who_asks_for_it_gets_a_green_status_and_the_verdict_stays(desk: Desk) -> None:
    write(desk, ONE_FAILS, waivers=waiver("test: test_it.py::test_fails"))
    outcome = desk.run("--plan=plan.yaml", "--waivers=waivers.yaml", "--accept-waivers")
    assert outcome.status == 0
    finished = outcome.run.finished
    assert finished is not None
    assert (finished.verdict, finished.exit_status) == (Verdict.FAIL, 0)
    assert finished.reason == "1 waived failure not in the exit status"


@pytest.mark.parametrize(
    ("given", "more"),
    [
        pytest.param(waiver("requirement: DK-SEC-01", until="2026-01-02"), "", id="expired"),
        pytest.param(waiver("requirement: DK-SEC-01", kind="deviation"), "", id="a deviation"),
        pytest.param(waiver("test: test_it.py::test_passes"), "", id="of another test"),
        pytest.param(
            waiver("requirement: DK-SEC-01"), "def test_breaks(): raise OSError\n", id="an error"
        ),
        pytest.param(
            waiver("requirement: DK-SEC-01"), f"{URGENT}def test_more(): assert False\n", id="half"
        ),
    ],
)
def test_what_is_not_waived_counts_all_the_same(desk: Desk, given: str, more: str) -> None:
    write(desk, ONE_FAILS + more, waivers=given)
    outcome = desk.run("--plan=plan.yaml", "--waivers=waivers.yaml", "--accept-waivers")
    assert outcome.status == (3 if "OSError" in more else 1)


WRONG = {
    "an unknown test": (
        "waivers",
        waiver("test: test_it.py::test_fals"),
        "waivers.yaml:1: T-1: no test 'test_it.py",
    ),
    "a vital test": (
        "waivers",
        waiver("test: test_it.py::test_vital"),
        "waivers.yaml:1: T-1: test_it.py::test_vital: DK-SEC-02 is security",
    ),
    "a vital requirement": ("waivers", waiver("requirement: DK-SEC-02"), "no failure of it can be"),
    "an unknown test held": (
        "quarantine",
        held("test_it.py::test_fals"),
        "quarantine.yaml:1: T-2: no test 'test_it.py::test_fals' is known",
    ),
    "a long quarantine": (
        "quarantine",
        held("test_it.py::test_fails", LATE),
        "quarantine.yaml:1: test_it.py::test_fails: until is",
    ),
    "an urgent test": ("quarantine", held("test_it.py::test_vital"), "cannot be put in quarantine"),
}


@pytest.mark.parametrize(("option", "text", "says"), WRONG.values(), ids=WRONG)
def test_what_may_not_be_excused_is_refused_before_anything_is_opened(
    desk: Desk, option: str, text: str, says: str
) -> None:
    vital = '@pytest.mark.requirement("DK-SEC-02")\ndef test_vital(): pass\n'
    write(desk, ONE_FAILS + vital, **{option: text})
    outcome = desk.run("--plan=plan.yaml", f"--{option}={option}.yaml")
    assert outcome.status == 2
    assert says in outcome.output
    assert not outcome.folder.exists()


def test_a_plan_may_name_its_waivers(desk: Desk) -> None:
    write(desk, ONE_FAILS, waivers=waiver("requirement: DK-SEC-01"))
    desk.write("plan.yaml", "title: A plan\ntests: [test_it.py]\nwaivers: waivers.yaml\n")
    assert len(desk.run("--plan=plan.yaml").run.started.waivers) == 1


def test_a_waiver_of_a_test_of_another_plan_is_no_mistake(desk: Desk) -> None:
    other = f"testplans/{next(iter(coverage().values()))[0]}"
    write(desk, ONE_FAILS, waivers=waiver(f'test: "{other}"'))
    assert desk.run("--plan=plan.yaml", "--waivers=waivers.yaml").status == 1


def test_quarantine_of_a_test_of_another_plan_is_no_mistake(desk: Desk) -> None:
    other = f"testplans/{next(iter(coverage().values()))[0]}"
    write(desk, ONE_FAILS, quarantine=held(other))
    assert desk.run("--plan=plan.yaml", "--quarantine=quarantine.yaml").status == 1


def test_a_test_in_quarantine_is_recorded_and_decides_nothing(desk: Desk) -> None:
    write(desk, ONE_FAILS, quarantine=held("test_it.py::test_fails"))
    outcome = desk.run("--plan=plan.yaml", "--quarantine=quarantine.yaml")
    assert outcome.status == 0
    assert outcome.result("test_fails").verdict is Verdict.FAIL
    assert outcome.run.started.quarantine[0].owner == "A. Smith"
    assert "fail, quarantined" in outcome.output
    assert "1 pass\n" in outcome.output
    assert "1 test in quarantine, in none of the counts" in outcome.output


def test_a_quarantine_that_is_over_hides_nothing(desk: Desk) -> None:
    write(desk, ONE_FAILS, quarantine=held("test_it.py::test_fails", "2026-01-02"))
    outcome = desk.run("--plan=plan.yaml", "--quarantine=quarantine.yaml")
    assert outcome.status == 1
    assert len(outcome.run.started.quarantine) == 1


def test_a_run_of_nothing_but_quarantine_is_never_green(desk: Desk) -> None:
    write(desk, "def test_one(): pass\n", quarantine=held("test_it.py::test_one"))
    assert desk.run("--plan=plan.yaml", "--quarantine=quarantine.yaml").status == 3
