"""What `rig run` says when the rig itself breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rig.plans.plan import TESTPLANS
from rig.records.journal import read_run

BENCH = """\
name: tiny
devices:
  world: {driver: sim.world}
vehicle: {keyring: ring.json, model: cooper, model_year: 2026, os: 9, options: [322],
          key: digital_key}
"""
TEST = """\
import pytest
@pytest.mark.requirement("DK-UNLOCK-01")
def test_one(): pass
"""
BREAKS = "def pytest_sessionfinish(): raise RuntimeError('a hook\\nbroke')\n"


def test_what_escapes_the_run_is_one_line_and_exit_status_three(tmp_path: Path) -> None:
    (tmp_path / "ring.json").write_bytes((TESTPLANS / "benches/keys/vehicle.json").read_bytes())
    (tmp_path / "tiny.yaml").write_text(BENCH)
    (tmp_path / "test_it.py").write_text(TEST)
    (tmp_path / "conftest.py").write_text(BREAKS)
    (tmp_path / "plan.yaml").write_text("title: A plan\ntests: [test_it.py]\n")
    command = [sys.executable, "-m", "rig.cli", "run", "plan.yaml", "--bench", "tiny.yaml"]
    command += ["--run-dir", "run"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 3, said
    assert "Traceback" not in said
    (line,) = [found for found in said.splitlines() if "broke" in found]
    assert line.startswith("Error: internal error: RuntimeError: a hook broke (")
    assert "conftest.py:1" in line
    assert len(read_run(tmp_path / "run").results) == 1
