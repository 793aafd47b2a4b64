"""`rig nightly` as a timer calls it: what it refuses, whom it waits for, how it ends."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reports.history.nights import night_of, zone_of
from reports.history.runs import list_runs
from reports.history.store import History
from reports.nightly.command import nightly
from reports.nightly.notify.settings import load_notify
from reports.nightly.state import Night, RunEntry, load_night
from reports.nightly.turn import await_bench, night_turn
from rig.bench.lease import leased
from rig.bench.load import load_bench
from rig.cli import main
from tests.reports.nightly.listeners import Hook
from tests.reports.nightly.nights import ROOT, NightDesk, zone
from tests.reports.sample_runs import result, write_run

ANALYZE = shutil.which("systemd-analyze")
EXAMPLES = ROOT / "reports" / "nightly" / "examples"


def called(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["nightly", *arguments])


@pytest.fixture
def here(desk: NightDesk, monkeypatch: pytest.MonkeyPatch) -> NightDesk:
    monkeypatch.chdir(desk.folder)
    return desk


WRONG = [
    (["plan.yaml"], "Missing option '--bench'"),
    (["plan.yaml", "--bench", "nobench"], "no bench 'nobench'"),
    (["noplan", "--bench", "tiny.yaml"], "no plan 'noplan'"),
    (["plan.yaml", "--bench", "tiny.yaml", "--golden", "moon"], "has no device 'moon'"),
    (["plan.yaml", "--bench", "tiny.yaml", "--zone", "Moon/Sea"], "is no time zone"),
    (["plan.yaml", "--bench", "tiny.yaml", "--notify", "none.yaml"], "cannot be read"),
    (["plan.yaml", "--bench", "tiny.yaml", "--hours", "0"], "--hours"),
    (["plan.yaml", "--bench", "tiny.yaml", "--history", "mysql://x/y"], "no history on 'mysql'"),
    (["--bench", "tiny.yaml", "--systemd", "--at", "25:00"], "not '25:00'"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_cannot_be_is_one_message_and_begins_no_night(
    here: NightDesk, arguments: list[str], said: str
) -> None:
    done = called(*arguments)
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert not (here.folder / "runs" / "nights").exists()


def test_a_history_that_cannot_be_opened_is_the_rigs_fault(here: NightDesk) -> None:
    done = called(
        "plan.yaml", "--bench", "tiny.yaml", "--history", "postgresql://a:pw@127.0.0.1:1/b"
    )
    assert done.exit_code == 3
    assert "pw" not in done.output
    assert here.bench.exists()


def test_a_second_call_says_who_has_the_night(here: NightDesk) -> None:
    with night_turn(load_bench(here.bench)):
        done = called("plan.yaml", "--bench", "tiny.yaml")
    assert done.exit_code == 5
    assert "the night of bench tiny is in use by" in done.output
    assert f"process {os.getpid()}" in done.output
    assert not (here.folder / "runs" / "nights").exists()


def test_a_bench_that_somebody_works_on_is_left_to_them(
    here: NightDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.nightly.steps.await_bench", partial(await_bench, patience_s=0.1))
    with leased(load_bench(here.bench)):
        done = called("plan.yaml", "--bench", "tiny.yaml", "--zone", zone())
    assert done.exit_code == 5
    assert "bench tiny is in use by" in done.output
    night = load_night(here.night)
    assert night is not None
    assert (night.gate, night.runs, night.checks) == (None, [], [])


def test_a_bench_that_is_ill_ends_the_night_as_a_rig_error(desk: NightDesk) -> None:
    text = desk.bench.read_text()
    desk.bench.write_text(
        text.replace("{driver: relay.hid, serial: N", "{driver: relay.hid, serial: M")
    )
    done = desk.call()
    assert done.status == 3, done.output
    assert "the bench's self-check is not fine" in done.output
    assert not desk.runs
    assert "board" in (desk.night / "night.html").read_text()


def test_a_test_that_fails_closes_the_gate_and_the_next_call_says_so_again(
    desk: NightDesk, hook: Hook
) -> None:
    desk.write_tests(five="assert 1 == 2")
    (desk.folder / "notify.yaml").write_text(f"webhooks: [{{name: chat, url: '{hook.url}'}}]")
    for _ in range(2):
        done = desk.call("--notify", "notify.yaml")
        assert done.status == 1, done.output
        assert "fail: five: assert 1 == 2" in done.output
    assert len(desk.runs) == len(hook.bodies) == 1


def test_a_run_that_dies_by_itself_is_gone_on_with_once(desk: NightDesk) -> None:
    desk.write_tests(five="os.kill(os.getpid(), signal.SIGKILL)")
    done = desk.call()
    assert done.status == 3, done.output
    assert "the run died 2 times, the last time before test_it.py::test_five" in done.output
    assert "1 test without a result: test_it.py::test_five" in done.output
    assert [len(run.results) for run in desk.read] == [4, 0]
    with History(desk.folder / "runs" / "history.db") as history:
        assert [run.complete for run in list_runs(history)] == [False, False]
    assert "INCOMPLETE: cut off" in (desk.night / "night.html").read_text()


def test_a_nightly_that_is_asked_to_end_ends_its_run_and_goes_on_later(desk: NightDesk) -> None:
    child = desk.start_and_hold()
    child.send_signal(signal.SIGTERM)
    output, _ = child.communicate(timeout=90)
    assert child.returncode == 128 + signal.SIGTERM, output
    (first,) = desk.read
    assert first.finished is not None
    assert first.finished.reason.startswith("interrupted by SIGTERM")
    desk.let_go()
    done = desk.call()
    assert done.status == 0, done.output
    assert [len(run.results) for run in desk.read] == [4, 1]


def yesterday(desk: NightDesk, *runs: RunEntry) -> Night:
    """A night of the day before that nobody finished."""
    day = night_of(datetime.now(UTC), zone_of(zone())) - timedelta(days=1)
    night = Night(
        desk.folder / "runs" / "nights" / "tiny" / "plan" / str(day),
        day,
        "tiny",
        str(desk.bench),
        "plan",
        "",
    )
    night.runs += runs
    night.save()
    return night


def test_a_night_that_nobody_went_on_with_is_closed_with_what_it_has(desk: NightDesk) -> None:
    began = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    head: dict[str, Any] = {
        "run_id": "old",
        "started_utc": began,
        "selected": ("a::test_x", "a::test_y"),
    }
    write_run(desk.folder / "runs" / "old", [result("a::test_x")], finished=False, **head)
    before = yesterday(desk, RunEntry("old"))
    done = desk.call()
    assert done.status == 0, done.output
    closed = load_night(before.folder)
    assert closed is not None
    assert closed.gate is not None
    assert closed.gate.status == 3
    assert "1 test without a result: a::test_y" in closed.gate.reasons
    assert "no call went on with it" in (before.folder / "night.html").read_text()
    with History(desk.folder / "runs" / "history.db") as history:
        kept = {run.run_id: run for run in list_runs(history)}
    assert (kept["old"].night, kept["old"].complete) == (before.night, False)
    assert len(kept) == 2


def test_a_state_that_is_none_is_named_and_left_alone(here: NightDesk) -> None:
    night = yesterday(here)
    path = night.folder / "night.json"
    path.write_text("{}")
    done = called("plan.yaml", "--bench", "tiny.yaml")
    assert done.exit_code == 3
    assert "is no state of a night" in done.output
    assert path.read_text() == "{}"


def test_units_for_systemd_call_it_safely(here: NightDesk, tmp_path: Path) -> None:
    secret = "postgresql://rig:pw@server/history"  # noqa: S105 - one that must not be written
    into = tmp_path / "units"
    words = ["nightly", "--bench", "tiny.yaml", "--units", str(into), "--at", "21:30"]
    done = called(*words, "--history", secret, "--zone", "Europe/Berlin", "--golden", "a %h$b")
    assert done.exit_code == 0, done.output
    service = (into / "rig-nightly-tiny.service").read_text()
    timer = (into / "rig-nightly-tiny.timer").read_text()
    for line in ("KillMode=process", "TimeoutStopSec=120", f"WorkingDirectory={here.folder}"):
        assert line in service.splitlines()
    assert '--golden "a %%h$$b"' in service
    assert "pw" not in service
    assert "OnCalendar=*-*-* 21:30:00 Europe/Berlin" in timer.splitlines()
    assert "Persistent=true" in timer.splitlines()


def test_the_examples_are_what_the_commands_take() -> None:
    assert load_notify(EXAMPLES / "notify.yaml").webhooks[1].when == "always"
    job = (EXAMPLES / "github.yaml").read_text()
    (line,) = re.findall(r"^ +rig nightly (.+)$", job, re.MULTILINE)
    words = [word.partition("=")[0] for word in shlex.split(line) if word.startswith("--")]
    known = {option for parameter in nightly.params for option in parameter.opts}
    assert set(words) <= known


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_units(here: NightDesk, tmp_path: Path) -> None:
    into = tmp_path / "units"
    words = ["--bench", here.bench.name, "--units", str(into), "--golden", 'a "b" %h$c']
    assert called(*words, "--zone", "Europe/Berlin").exit_code == 0
    command = [str(ANALYZE), "verify", "--man=no", *map(str, sorted(into.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    service = into / "rig-nightly-tiny.service"
    service.write_text(service.read_text().replace("KillMode=process", "KillMode=never"))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "kill mode" in done.stderr
