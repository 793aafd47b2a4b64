"""A run that was cut off is continued: what it settled stands, what it did not is run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from rig.records.journal import JOURNAL, read_run

if TYPE_CHECKING:
    from tests.rig.plugin.conftest import Desk, Outcome

FOUR = (
    "def test_one(): pass\ndef test_two(): pass\ndef test_three(): {third}\ndef test_four(): pass\n"
)
DIE = "__import__('os').kill(__import__('os').getpid(), 9)"


def names(outcome: Outcome) -> list[str]:
    return [result.test.partition("::")[2] for result in outcome.run.results]


def cut_off(desk: Desk) -> Path:
    """A run that died in its third test, kept aside; the tests are mended."""
    desk.write_plan("test_it.py", FOUR.format(third=DIE))
    assert names(desk.run("--plan=plan.yaml")) == ["test_one", "test_two"]
    shutil.move(desk.folder / "run", desk.folder / "first")
    desk.write_plan("test_it.py", FOUR.format(third="pass"))
    return desk.folder / "first"


def test_only_what_has_no_result_is_run(desk: Desk) -> None:
    first = cut_off(desk)
    second = desk.run("--plan=plan.yaml", f"--continues={first}")
    assert (second.status, names(second)) == (0, ["test_three", "test_four"])
    assert second.run.started.continues == (read_run(first).started.run_id,)


def test_a_run_may_continue_two(desk: Desk) -> None:
    first = cut_off(desk)
    journal = first / JOURNAL
    shutil.copytree(first, desk.folder / "second")
    lines = journal.read_bytes().splitlines(True)
    journal.write_bytes(b"".join(lines[:2]))  # it was in its first test
    (desk.folder / "second" / JOURNAL).write_bytes(b"".join([lines[0], *lines[3:5]]))
    third = desk.run("--plan=plan.yaml", f"--continues={first}", "--continues=second")
    assert names(third) == ["test_one", "test_three", "test_four"]


def test_an_attempt_that_was_to_be_the_last_and_was_cut_off_settles_nothing(desk: Desk) -> None:
    first = cut_off(desk)
    lines = (first / JOURNAL).read_bytes().splitlines(True)
    again = lines[1].replace(b'"attempt":1', b'"attempt":2')
    (first / JOURNAL).write_bytes(b"".join([*lines[:3], again]))
    second = desk.run("--plan=plan.yaml", f"--continues={first}")
    assert names(second) == ["test_one", "test_two", "test_three", "test_four"]


def test_nothing_left_to_run_is_no_pass(desk: Desk) -> None:
    desk.write_plan("test_it.py", FOUR.format(third="pass"))
    desk.run("--plan=plan.yaml")
    os.rename(desk.folder / "run", desk.folder / "whole")
    outcome = desk.run("--plan=plan.yaml", "--continues=whole")
    assert outcome.status == 3
    assert "selected nothing" in outcome.output


def test_a_run_under_another_plan_is_not_continued(desk: Desk) -> None:
    first = cut_off(desk)
    desk.write_plan("test_it.py", FOUR.format(third="pass"), "counts: {taps: 3}\n")
    outcome = desk.run("--plan=plan.yaml", f"--continues={first}")
    assert outcome.status == 2
    assert "was begun under another plan" in outcome.output


def test_what_is_no_run_is_not_continued(desk: Desk) -> None:
    desk.write_plan("test_it.py", FOUR.format(third="pass"))
    outcome = desk.run("--plan=plan.yaml", "--continues=nothing")
    assert outcome.status == 2
    assert "--continues: " in outcome.output
