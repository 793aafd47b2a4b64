"""An import that is killed leaves whole runs; the next one ends with each run once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reports.history.importing import import_run
from reports.history.store import History
from tests.reports.history.tables_of import held
from tests.reports.sample_runs import result, taps, write_run

RUNS = 30
TAPS = [
    result(f"a::t{n}", requirements=(f"DK-{n}",), measurements=(taps([1.0 * n]),))
    for n in range(40)
]
IMPORT = [sys.executable, "-u", "-m", "rig.cli", "history", "import", "--history"]


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    found = []
    for number in range(RUNS):
        name = f"run-{number:02}"
        found.append(write_run(tmp_path / "runs" / name, TAPS, run_id=name))
    return found


@pytest.mark.parametrize("after", [1, 5])
def test_what_is_killed_is_brought_in_again(
    where: str, folders: list[Path], tmp_path: Path, after: int
) -> None:
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [*IMPORT, where, *folders], cwd=root, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        for _ in range(after):
            assert child.stdout.readline().endswith(": added\n")
        child.kill()  # somewhere within the next run, or the one after
    with History(where) as history, History(tmp_path / "calm.db") as calm:
        kept = {row["run_id"] for row in held(history)["run"]}
        assert len(kept) >= after
        for folder in folders:
            if folder.name in kept:
                import_run(calm, folder)
        assert held(history) == held(calm)
        for folder in folders:
            import_run(history, folder)
            import_run(calm, folder)
        assert held(history) == held(calm)
        assert len(held(history)["run"]) == RUNS
