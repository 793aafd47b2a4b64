"""SIGKILL of the runner at any moment: results are kept, switches safe, the next run begins.

A handful of moments, spread over the whole length of a run; RIG_KILLS=100 takes a hundred, and
`pytest -s` shows when each kill came and how soon every switch was safe.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from drivers.sim.relay_board import relay_states
from rig.records.journal import Run, read_run
from rig.records.verdict import Verdict
from tests.runs.rig_runs import ROOT, OwnBench

KILLS = int(os.environ.get("RIG_KILLS", "4"))
LATEST_S = 10.0  # this machine may be busy; the product promises one second
ONLY = "other_handle or withdrawn or fast"
FINISHED = re.compile(r"^\[\d+/\d+\] ", re.MULTILINE)


@dataclass(frozen=True)
class Killed:
    """One run that was killed."""

    moment: str
    folder: Path
    output: str
    finished: bool  # before the kill came
    safe_after_s: float | None  # None: a relay stayed on

    @property
    def told(self) -> int:
        """How many results it had said."""
        return len(FINISHED.findall(self.output))

    @property
    def run(self) -> Run | None:
        """Its journal, if it came so far."""
        return read_run(self.folder) if (self.folder / "journal.jsonl").exists() else None


@dataclass(frozen=True)
class Moment:
    """So long after so many results were told; 0: after the process was started."""

    results: int
    then_s: float

    def __str__(self) -> str:
        since = f"result {self.results}" if self.results else "the start"
        return f"{self.then_s:.2f} s after {since}"


@pytest.fixture(scope="module")
def campaign(own_bench: OwnBench, tmp_path_factory: pytest.TempPathFactory) -> list[Killed]:
    """Run after run on one bench, each killed; the last one is left alone and ends by itself.

    Half of the moments lie anywhere in the length of a run, which is mostly its start and its
    report; the other half just after one of its results.
    """
    bench = own_bench("virtual-in-process")
    found = re.search(r"relay.hid, serial: (\w+)", bench.read_text())
    assert found
    folder = tmp_path_factory.mktemp("kills")
    begun_s = time.monotonic()
    whole = killed_run(bench, found[1], folder / "whole", None)
    length_s = time.monotonic() - begun_s
    assert whole.finished, whole.output
    chance = random.Random(5)  # noqa: S311 - no secret
    runs = []
    for n in range(KILLS):
        anywhere = Moment(0, (n + chance.random()) / KILLS * length_s)
        in_a_test = Moment(chance.randint(1, whole.told - 1), chance.random() * 0.1)
        moment = in_a_test if n % 2 else anywhere
        runs.append(killed_run(bench, found[1], folder / str(n), moment))
    return [*runs, killed_run(bench, found[1], folder / "last", None)]


def killed_run(bench: Path, serial: str, folder: Path, moment: Moment | None) -> Killed:
    output = folder.with_suffix(".txt")
    command = [sys.executable, "-m", "rig.cli", "run", "smoke", "-k", ONLY]
    with output.open("w") as stream:
        process = subprocess.Popen(
            [*command, "--bench", str(bench), "--run-dir", str(folder)],
            cwd=ROOT,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            if moment is not None:
                wait_for_results(process, output, moment.results)
            process.wait(moment.then_s if moment else None)
        except subprocess.TimeoutExpired:
            process.kill()
        safe_after_s = seconds_until_safe(serial, time.monotonic())
        finished = process.wait() != -9
    said = str(moment) if moment else "left alone"
    return Killed(said, folder, output.read_text(), finished, safe_after_s)


def wait_for_results(process: subprocess.Popen[bytes], output: Path, wanted: int) -> None:
    while process.poll() is None and len(FINISHED.findall(output.read_text())) < wanted:
        time.sleep(0.005)


def seconds_until_safe(serial: str, since_s: float) -> float | None:
    while time.monotonic() < since_s + LATEST_S:
        if relay_states(serial) == 0:
            return time.monotonic() - since_s
        time.sleep(0.001)
    return None


def test_every_switch_is_safe(campaign: list[Killed]) -> None:
    rows = [f"{k.moment:26} {k.told:3} results  safe after {k.safe_after_s}" for k in campaign]
    print("\n".join(rows))  # noqa: T201 - for who asks with -s
    assert [k.moment for k in campaign if k.safe_after_s is None] == []
    took = sorted(k.safe_after_s for k in campaign if k.safe_after_s is not None)
    print(f"{sum(t <= 1 for t in took)} of {len(took)} within 1 s, all within {took[-1]:.3f} s")  # noqa: T201


def test_some_were_killed_in_a_test(campaign: list[Killed]) -> None:
    """Else nothing was shown."""
    assert any(k.run is not None and k.run.finished is None for k in campaign)


def test_the_journal_holds_every_result_that_was_told(campaign: list[Killed]) -> None:
    for killed in campaign:
        if killed.told:
            assert killed.run is not None, killed.moment
            assert len(killed.run.results) >= killed.told, killed.moment


def test_the_next_run_begins(campaign: list[Killed]) -> None:
    """Each was the next of the one before; whoever came so far says from whom it took over."""
    assert [k.moment for k in campaign if "in use by" in k.output] == []
    last = campaign[-1]
    assert last.finished, last.output
    assert last.run is not None
    assert {r.verdict for r in last.run.results} <= {Verdict.PASS, Verdict.OBSERVED}
    for before, after in pairwise(campaign):
        if before.run is not None and before.run.finished is None and after.run is not None:
            assert any("ended without a word" in note for note in after.run.started.remarks)


def test_the_report_of_a_killed_run_says_that_it_is_incomplete(campaign: list[Killed]) -> None:
    cut = [k for k in campaign if k.run is not None and k.run.finished is None]
    for killed in cut[:10]:
        command = [sys.executable, "-m", "rig.cli", "report", str(killed.folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        page = (killed.folder / "report.html").read_text()
        assert done.returncode == 0, f"{killed.moment}: {done.stdout}{done.stderr}"
        assert "INCOMPLETE - " in page
