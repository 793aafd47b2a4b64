"""How long `rig --help` takes, against importing pytest."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from tests.bench.harness import BenchFailed, Row, interleave, ratio, run_program

ROUNDS = 15


def rows(scratch: Path) -> list[Row]:
    """One row; BenchFailed when the rig is not installed beside this Python."""
    rig = Path(sys.executable).with_name("rig")
    if not rig.exists():
        raise BenchFailed(f"{rig} is missing: install the rig into this environment")
    python = [sys.executable, "-c", "import pytest"]
    times = interleave(
        {
            "rig": lambda: run_program([rig, "--help"], cwd=scratch).wall_s,
            "pytest": lambda: run_program(python, cwd=scratch).wall_s,
        },
        ROUNDS,
    )
    medians = {name: 1000 * statistics.median(values) for name, values in times.items()}
    against = "{rig:.0f} ms against {pytest:.0f} ms of python -c 'import pytest'".format(**medians)
    measured = ratio(times["rig"], times["pytest"])
    return [Row("rig --help", measured, 1.5, against, f"{ROUNDS} rounds")]
