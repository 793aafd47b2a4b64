"""Killed at any statement, the server opens again with all it answered and no half of the rest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]


def test_a_kill_at_any_statement_leaves_each_operation_whole_or_undone(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.rig.key_server.crash_matrix", str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["wrong"] == []
    assert found["steps"] == 23
    assert found["kills"] > 5 * found["steps"], "each operation was killed at several statements"
