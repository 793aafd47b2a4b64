"""How runs begin and end: selection, exit status, interruption, death."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rig.records.verdict import Verdict

if TYPE_CHECKING:
    from tests.rig.plugin.conftest import Desk

TWO = "def test_one(): pass\ndef test_two(): {second}\ndef test_three(): pass\n"


STATUSES = [
    ("pass", 0),
    ("assert False", 1),
    ("raise OSError", 3),
    ("pytest.skip('no')", 4),
]


@pytest.mark.parametrize(("second", "status"), STATUSES)
def test_the_exit_status_is_that_of_the_worst_verdict(desk: Desk, second: str, status: int) -> None:
    desk.write_plan("test_it.py", TWO.format(second=second))
    assert desk.run("--plan=plan.yaml").status == status


def test_tests_run_in_the_order_of_the_plan_and_once(desk: Desk) -> None:
    desk.write_plan("'test_it.py::test_three', test_it.py", TWO.format(second="pass"))
    names = [test.partition("::")[2] for test in desk.run("--plan=plan.yaml").run.started.selected]
    assert names == ["test_three", "test_one", "test_two"]


def test_a_plans_entry_that_names_no_test_is_an_error(desk: Desk) -> None:
    desk.write_plan("test_it.py, 'test_it.py::test_on'", TWO.format(second="pass"))
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == 2
    assert "entry 'test_it.py::test_on' names no test" in outcome.output
    assert not (outcome.folder / "journal.jsonl").exists()


def test_a_run_that_selects_nothing_is_never_green(desk: Desk) -> None:
    desk.write_plan("test_it.py", TWO.format(second="pass"))
    outcome = desk.run("--plan=plan.yaml", "-k", "nothing_like_it")
    assert outcome.status == 3
    assert "selected nothing" in outcome.output


def test_unknown_requirements_are_named_with_test_and_close_matches(desk: Desk) -> None:
    desk.write_plan("test_it.py", '@pytest.mark.requirement("DK-UNLOK-01")\ndef test_a(): pass\n')
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == 2
    assert "test_it.py::test_a: no requirement 'DK-UNLOK-01'; close: DK-UNLOCK-01" in outcome.output


@pytest.mark.parametrize("wrong", ['["DK-UNLOCK-01"]', "7", '{"DK-UNLOCK-01": 1}'])
def test_a_requirement_that_is_no_text_is_refused_by_the_tests_name(desk: Desk, wrong: str) -> None:
    desk.write_plan("test_it.py", f"@pytest.mark.requirement({wrong})\ndef test_a(): pass\n")
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == 2
    assert (
        f"test_it.py::test_a: a requirement is named by its id, not by {wrong}".replace('"', "'")
        in outcome.output
    )
    assert "INTERNALERROR" not in outcome.output


def test_a_test_without_requirement_is_refused(desk: Desk) -> None:
    desk.write_plan("test_bare.py", "")
    desk.write("test_bare.py", "def test_a(): pass\n")
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == 2
    assert "test_bare.py::test_a names no requirement" in outcome.output


def test_a_file_that_cannot_be_collected_is_shown_and_nothing_runs(desk: Desk) -> None:
    desk.write_plan("test_it.py", "import nothing_like_it\n")
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == 2
    assert "No module named 'nothing_like_it'" in outcome.output


def test_a_wrong_bench_file_is_one_message_and_exit_status_two(desk: Desk) -> None:
    desk.write_plan("test_it.py", TWO.format(second="pass"))
    desk.write("bad.yaml", (desk.folder / "tiny.yaml").read_text().replace("world}", "wrld}"))
    outcome = desk.run("--plan=plan.yaml", bench="bad.yaml")
    assert outcome.status == 2
    assert "bad.yaml:3" in outcome.output
    assert "Traceback" not in outcome.output


def test_a_bench_that_does_not_open_is_the_benchs_fault(desk: Desk) -> None:
    desk.write_plan("test_it.py", TWO.format(second="pass"))
    reader = "  tray: {driver: nfc.pcsc, reader: 'nobody has this reader'}\nvehicle:"
    desk.write("gone.yaml", (desk.folder / "tiny.yaml").read_text().replace("vehicle:", reader))
    outcome = desk.run("--plan=plan.yaml", bench="gone.yaml")
    assert outcome.status == 3
    assert "tray (nfc.pcsc)" in outcome.output


def test_a_result_is_in_the_file_before_the_next_test_begins(desk: Desk) -> None:
    desk.write_plan(
        "test_it.py",
        """
import json, pathlib
def test_one(): pass
def test_two():
    lines = pathlib.Path("run/journal.jsonl").read_text().splitlines()
    kinds = [(r["record"], r.get("test", "")[-3:]) for r in map(json.loads, lines)]
    assert kinds[1:] == [("TestStarted", "one"), ("Result", "one"), ("TestStarted", "two")]
""",
    )
    assert desk.run("--plan=plan.yaml").status == 0


LEAVES_A_TRACE = """
import pathlib
@pytest.fixture(autouse=True)
def trace():
    yield
    is_over = "RunFinished" in pathlib.Path("run/journal.jsonl").read_text()
    with pathlib.Path("torn").open("a") as file:
        file.write("late" if is_over else "x")
"""


def killed_by(name: str) -> str:
    return TWO.format(second=f"import os, signal; os.kill(os.getpid(), signal.{name})")


def test_a_killed_run_keeps_what_it_had_found(desk: Desk) -> None:
    desk.write_plan("test_it.py", killed_by("SIGKILL"))
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == -9
    assert [r.verdict for r in outcome.run.results] == [Verdict.PASS]
    assert outcome.run.begun[-1].test.endswith("::test_two")
    assert outcome.run.finished is None


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_an_interrupted_run_says_by_what_and_where(desk: Desk, name: str, status: int) -> None:
    desk.write_plan("test_it.py", LEAVES_A_TRACE + killed_by(name))
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == status
    assert (desk.folder / "torn").read_text() == "xx"
    assert len(outcome.run.results) == 1
    assert outcome.run.finished is not None
    assert outcome.run.finished.exit_status == status
    assert outcome.run.finished.reason.startswith(f"interrupted by {name} in ")


def test_a_run_stopped_by_a_test_is_torn_down_and_a_rig_error(desk: Desk) -> None:
    desk.write_plan("test_it.py", LEAVES_A_TRACE + TWO.format(second="pytest.exit('enough')"))
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == 3
    assert (desk.folder / "torn").read_text() == "xx"
    assert outcome.run.finished is not None
    assert outcome.run.finished.exit_status == 3
    assert outcome.run.finished.reason.startswith("stopped by pytest.exit: enough in ")
    assert "Traceback" not in outcome.output


def test_what_breaks_the_loop_itself_still_tears_the_test_down(desk: Desk) -> None:
    desk.write_plan("test_it.py", LEAVES_A_TRACE + TWO.format(second="pass"))
    desk.write(
        "breaks.py",
        "def pytest_runtest_logreport(report):\n"
        "    if report.when == 'call' and 'two' in report.nodeid: raise RuntimeError('a hook')\n",
    )
    outcome = desk.run("--plan=plan.yaml", "-p", "breaks")
    assert outcome.status == 3
    assert (desk.folder / "torn").read_text() == "xx"
    assert outcome.run.finished is not None
    assert outcome.run.finished.reason == "internal error: RuntimeError: a hook"


def test_each_attempt_is_a_record_of_its_own(desk: Desk) -> None:
    desk.write_plan("test_it.py", TWO.format(second="pass"))
    desk.write(
        "again.py",
        "import pytest\n@pytest.hookimpl(trylast=True)\n"
        "def pytest_collection_modifyitems(items): items.append(items[0])\n",
    )
    outcome = desk.run("--plan=plan.yaml", "-p", "again")
    assert [(r.test[-3:], r.attempt) for r in outcome.run.results][-1] == ("one", 2)


def test_a_folder_that_holds_a_run_takes_no_other(desk: Desk) -> None:
    desk.write_plan("test_it.py", TWO.format(second="pass"))
    assert desk.run("--plan=plan.yaml").status == 0
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == 2
    assert "already holds a run" in outcome.output
    assert len(outcome.run.results) == 3


def test_tests_named_by_hand_run_without_a_plan(desk: Desk) -> None:
    desk.write_plan("test_it.py", TWO.format(second="pass"))
    outcome = desk.run("test_it.py::test_two")
    assert outcome.status == 0
    assert outcome.run.started.plan == "by-hand"
    assert len(outcome.run.results) == 1


def test_tests_named_besides_a_plan_narrow_it(desk: Desk) -> None:
    desk.write_plan("'test_it.py::test_one', 'test_it.py::test_two'", TWO.format(second="pass"))
    outcome = desk.run("--plan=plan.yaml", "test_it.py::test_two", "test_it.py::test_three")
    assert [r.test[-3:] for r in outcome.run.results] == ["two"]
