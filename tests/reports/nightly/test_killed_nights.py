"""A kill at any moment of the nightly leaves history and journal consistent; the next call goes on.

One night is killed at planned points, one after the other; others at random moments, six unless
RIG_NIGHT_KILLS says another number. SIGKILL to the whole process group: nothing can clean up.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import time
from collections import Counter

import pytest

from reports.history.journal_file import read_journal
from reports.nightly.state import SENT, load_night
from reports.sealing.manifest import MANIFEST
from tests.reports.nightly.listeners import Hook
from tests.reports.nightly.nights import NightDesk

KILLS = int(os.environ.get("RIG_NIGHT_KILLS", "6"))
KILLED = -9
TESTS = {f"test_it.py::test_{n}" for n in ("one", "two", "three", "four", "five")}
IN_ORDER = [
    "before the first state",
    "in the first state",
    "after the first state",
    "in the self-check",
    "after the self-check",
    "when the run is said and not begun",
    "die in three",
    "die in four",
    "when the run has ended and nobody has said so",
    "in the import",
    "after the import",
    "in the analysis",
    "after the analysis",
    "after the page",
    "before it is told",
]


def notify_file(desk: NightDesk, hook: Hook) -> tuple[str, str]:
    path = desk.folder / "notify.yaml"
    path.write_text(f"webhooks: [{{name: chat, url: '{hook.url}', when: always}}]\n")
    return "--notify", str(path)


def assert_whole(desk: NightDesk, hook: Hook) -> None:
    """The night ended with each result once, and everybody was told once."""
    with sqlite3.connect(desk.folder / "runs" / "history.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert not database.execute("PRAGMA foreign_key_check").fetchall()
        results = database.execute("SELECT test FROM result").fetchall()
        runs = dict(database.execute("SELECT run_id, complete FROM run").fetchall())
        samples = database.execute("SELECT taken FROM measurement").fetchall()
    assert Counter(test for (test,) in results) == dict.fromkeys(TESTS, 1)
    assert samples == [(5,)]
    assert set(runs) == {folder.name for folder in desk.runs}
    for run in desk.read:
        assert runs[run.folder.name] == (run.finished is not None)
        assert read_journal(run.folder).complete == (run.finished is not None)
        assert (run.folder / "report.html").exists()
        assert (run.folder / MANIFEST).exists()
    night = load_night(desk.night)
    assert night is not None
    assert night.gate is not None
    assert (night.gate.status, night.gate.reasons) == (0, [])
    assert {entry.name for entry in night.runs} >= set(runs)
    assert night.notices["chat"].outcome == SENT
    assert len({body["id"] for body in hook.bodies}) == 1
    assert "fine" in (desk.night / "night.html").read_text()
    assert not list(desk.night.glob("*.part"))


def test_a_night_that_is_killed_at_every_step_ends_with_each_result_once(
    desk: NightDesk, hook: Hook
) -> None:
    told = notify_file(desk, hook)
    for point in IN_ORDER:
        in_a_test = point.startswith("die in")
        if in_a_test:
            (desk.folder / point).touch()
        died = desk.call(*told, victim="" if in_a_test else point)
        assert died.status == KILLED, f"{point}: {died.output}"
    assert len(hook.bodies) == 0
    done = desk.call(*told)
    assert done.status == 0, done.output
    assert_whole(desk, hook)
    assert len(hook.bodies) == 1
    assert [len(run.results) for run in desk.read] == [2, 1, 2]
    assert [len(run.started.continues) for run in desk.read] == [0, 1, 2]
    again = desk.call(*told)
    assert (again.status, len(hook.bodies)) == (0, 1)
    assert "is over" in again.output


def test_a_message_that_went_out_as_the_power_did_comes_again_as_the_same(
    desk: NightDesk, hook: Hook
) -> None:
    told = notify_file(desk, hook)
    assert desk.call(*told, victim="after it was told").status == KILLED
    assert desk.call(*told).status == 0
    assert_whole(desk, hook)
    assert len(hook.bodies) == 2
    assert len({headers["Idempotency-Key"] for headers in hook.headers}) == 1


def test_a_night_that_is_killed_at_random_moments_ends_with_each_result_once(
    desk: NightDesk, hook: Hook, tmp_path_factory: pytest.TempPathFactory
) -> None:
    begun_s = time.monotonic()
    whole = NightDesk(tmp_path_factory.mktemp("whole"))
    assert whole.call().status == 0
    length_s = time.monotonic() - begun_s
    moments = random.Random(6)  # noqa: S311 - no secret
    told = notify_file(desk, hook)
    while_alive = sum(killed(desk, moments.uniform(0, length_s), told) for _ in range(KILLS))
    done = desk.call(*told)
    assert done.status == 0, done.output
    assert_whole(desk, hook)
    assert while_alive, "no kill came before a night was over"


def killed(desk: NightDesk, after_s: float, told: tuple[str, str]) -> bool:
    """Whether a call was alive when it was killed."""
    child = desk.start(*told)
    try:
        child.wait(after_s)
    except subprocess.TimeoutExpired:
        desk.kill(child)
        return True
    child.communicate(timeout=60)
    return False


def test_a_run_does_not_outlive_a_nightly_that_was_killed_alone(desk: NightDesk) -> None:
    child = desk.start_and_hold()
    child.kill()  # its run is another process, and is not killed
    child.communicate(timeout=60)  # until nobody has its output any more
    desk.let_go()
    done = desk.call()
    assert done.status == 0, done.output
    first, second = desk.read
    assert first.finished is not None
    assert first.finished.reason.startswith("interrupted by SIGTERM")
    assert [len(first.results), len(second.results)] == [4, 1]
