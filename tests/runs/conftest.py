"""Whole runs of the rig, as a user starts them: `rig run` in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rig.bench.load import find_bench
from rig.records.journal import read_run
from tests.runs.rig_runs import ROOT, Ended, OwnBench, RigRun


@pytest.fixture(scope="session")
def own_bench(tmp_path_factory: pytest.TempPathFactory) -> OwnBench:
    """A shipped bench with a relay board of its own, so that no other run shares its relays."""

    def copy(name: str) -> Path:
        shipped = find_bench(name)
        folder = tmp_path_factory.mktemp("bench")
        text = shipped.read_text().replace("keys/", f"{shipped.parent}/keys/")
        text = text.replace("RIG01", f"R{abs(hash(folder)) % 10000:04}")
        text = text.replace('"@handle_slot"}', '"@handle_slot", apdu_timeout_s: 1.0}')
        path = folder / f"{name}.yaml"
        path.write_text("".join(x for x in text.splitlines(True) if not x.startswith("fallback")))
        return path

    return copy


@pytest.fixture(scope="session")
def rig_run(tmp_path_factory: pytest.TempPathFactory) -> RigRun:
    def start(plan: str | Path, bench: Path, *more: str, timeout_s: float = 300) -> Ended:
        folder = tmp_path_factory.mktemp("run") / "run"
        command = [sys.executable, "-m", "rig.cli", "run", str(plan), "--bench", str(bench)]
        done = subprocess.run(
            [*command, "--run-dir", str(folder), *more],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        return Ended(done.returncode, done.stdout + done.stderr, read_run(folder))

    return start
