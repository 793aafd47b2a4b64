"""Runs the comparisons, prints them, writes build/bench.json; exit 1 when a target is missed."""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from tests.bench.harness import BenchFailed, Row, table, write_json

COMPARISONS = {
    "transaction": "tests.bench.transaction",
    "tests": "tests.bench.case_cost",
    "help": "tests.bench.help_time",
    "history": "tests.bench.history_growth",
    "uci": "tests.bench.uci_decode",
    "uwb": "tests.bench.uwb_load",
    "regression": "tests.bench.regression_figures",
    "page": "tests.bench.page_load",
}


def main() -> int:
    """Return the exit status: 0, 1 for a missed target, 3 for a contestant that broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=COMPARISONS, metavar="NAME", help=" ".join(COMPARISONS))
    parser.add_argument("--output", type=Path, default=Path("build/bench.json"))
    arguments = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="rig-bench-") as scratch:
        for name in [arguments.only] if arguments.only else COMPARISONS:
            print(f"{name} ...", file=sys.stderr, flush=True)  # noqa: T201 - a program's progress
            try:
                rows += import_module(COMPARISONS[name]).rows(Path(scratch))
            except (BenchFailed, ImportError) as exc:
                print(f"{name}: {exc}", file=sys.stderr)  # noqa: T201
                return 3
    write_json(rows, arguments.output)
    print(table(rows))  # noqa: T201 - its result
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
