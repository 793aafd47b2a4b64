"""Runs of small plans in a process of their own, as a person would start them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rig.records.journal import Run, read_run
from rig.records.run import Result

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "testplans" / "benches"
BENCH = """\
name: tiny
devices:
  world: {driver: sim.world}
vehicle: {keyring: ring.json, model: cooper, model_year: 2026, os: 9, options: [322],
          key: digital_key}
"""
MARK = 'import pytest\npytestmark = pytest.mark.requirement("DK-UNLOCK-01")\n'


@dataclass(frozen=True)
class Outcome:
    """What one run came to."""

    status: int
    output: str
    folder: Path

    @property
    def run(self) -> Run:
        return read_run(self.folder)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "journal.jsonl").open()]

    def result(self, name: str) -> Result:
        return next(r for r in self.run.results if r.test.endswith(f"::{name}"))


class Desk:
    """A folder with a bench and a plan, and runs of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tiny.yaml").write_text(BENCH)
        (folder / "ring.json").write_bytes((SHIPPED / "keys" / "vehicle.json").read_bytes())

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def write_plan(self, tests: str, source: str, more: str = "") -> None:
        """A plan of this name's file, whose tests have a requirement."""
        self.write("test_it.py", MARK + source)
        self.write("plan.yaml", f"title: A plan\ntests: [{tests}]\n{more}")

    def write_whole_bench(self, old: str = "", new: str = "") -> None:
        """`whole.yaml`: a bench with all a vehicle needs, save for what is replaced."""
        text = (SHIPPED / "virtual-in-process.yaml").read_text().replace("RIG01", "PLUG1")
        assert old in text
        text = text.replace(old, new).replace("keys/", f"{SHIPPED}/keys/")
        self.write("whole.yaml", text)

    def run(self, *arguments: str, bench: str = "tiny.yaml") -> Outcome:
        folder = self.folder / "run"
        command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
        command += [f"--rootdir={self.folder}", "--noconftest", "-p", "rig.plugin"]
        command += ["-p", "no:cacheprovider", "-o", f"pythonpath={ROOT}", "-o", "testpaths="]
        command += [f"--bench={bench}", f"--run-dir={folder}", *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout + done.stderr, folder)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))
