"""The harness of `make bench` judges as it says, and refuses times that mean nothing."""

import json
import sys
from pathlib import Path

import pytest

from tests.bench.harness import (
    BenchFailed,
    Row,
    interleave,
    ratio,
    run_program,
    table,
    write_json,
)

ROWS = [
    Row("whole", 1.2501, 1.25, "5 ms against 4 ms", "31 rounds"),
    Row("part", 1.25, 1.25, "5 ms against 4 ms", "31 rounds"),
    Row("for comparison", 9.0, None, "9 ms against 1 ms", "31 rounds"),
]


def test_a_ratio_just_above_its_target_misses_it_and_one_without_a_target_cannot() -> None:
    assert [row.is_met for row in ROWS] == [False, True, True]


def test_the_table_names_what_was_missed() -> None:
    lines = table(ROWS).splitlines()
    assert [("MISSED" in line, "met" in line) for line in lines[1:]] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_the_json_has_one_object_a_row(tmp_path: Path) -> None:
    write_json(ROWS, tmp_path / "build" / "bench.json")
    found = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert [Row(**row) for row in found] == ROWS


def test_contestants_take_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    def contestant(name: str) -> float:
        order.append(name)
        return float(len(order))

    times = interleave({"a": lambda: contestant("a"), "b": lambda: contestant("b")}, 2)
    assert "".join(order) == "abbaab"
    assert times == {"a": [4.0, 5.0], "b": [3.0, 6.0]}


def test_a_ratio_is_taken_within_rounds_so_that_a_slow_spell_cancels_out() -> None:
    assert ratio([2.0, 20.0, 200.0], [1.0, 10.0, 100.0]) == 2.0


def test_a_program_that_fails_has_no_time(tmp_path: Path) -> None:
    with pytest.raises(BenchFailed, match="exit status 3\nno good"):
        run_program([sys.executable, "-c", "print('no good'); exit(3)"], cwd=tmp_path)


def test_waiting_takes_no_processor_time(tmp_path: Path) -> None:
    spent = run_program([sys.executable, "-c", "import time; time.sleep(0.2)"], cwd=tmp_path)
    assert spent.wall_s - spent.cpu_s > 0.15
