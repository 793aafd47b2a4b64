"""How long `rig --help` takes, against importing pytest."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from tests.bench.harness import BenchFailed, Row, interleave, ratio, time_process

ROUNDS = 15


def rows(scratch: Path) -> list[Row]:
    """One row; BenchFailed when the rig is not installed beside this Python."""
    rig = Path(sys.executable).with_name("rig")
    if not rig.exists():
        raise BenchFailed(f"{rig} is missing: install the rig into this environment")
    times = interleave(
        {
            "rig": lambda: time_process([rig, "--help"], cwd=scratch),
            "pytest": lambda: time_process([sys.executable, "-c", "import pytest"], cwd=scratch),
        },
        ROUNDS,
    )
    medians = {name: 1000 * statistics.median(values) for name, values in times.items()}
    against = "{rig:.0f} ms against {pytest:.0f} ms of python -c 'import pytest'".format(**medians)
    measured = ratio(times["rig"], times["pytest"])
    return [Row("rig --help", measured, 1.5, against, f"{ROUNDS} rounds")]
