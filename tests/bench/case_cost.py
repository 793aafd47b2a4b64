"""What one test costs: the rig's plugin against plain pytest, pytest-html and OpenHTF.

Every contestant runs N trivial tests in a process of its own, and once a single one; the cost of
a test is the difference over N - 1, so that start-up does not count. The rig writes its journal
and takes one measurement per test. OpenHTF runs N phases with one measurement each and writes its
JSON, all as it comes out of the box. Plain pytest and pytest-html measure nothing.

Cost is processor time, which other programs on the machine disturb least; no contestant waits for
anything, as the row by the wall clock shows.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rig.bench.load import BENCHES
from rig.records.journal import read_run
from tests.bench.harness import BenchFailed, Row, Spent, interleave, ratio, run_program

ROUNDS = 5
FEW, MANY = 1_000, 10_000
SHORT_RUNS = 4  # in each round
Times = dict[str, list[float]]
TREE = Path(__file__).parents[2]

PLAIN = """
import pytest

@pytest.mark.parametrize("n", range({n}))
def test_trivial(n):
    assert n >= 0
"""
MEASURED = """
import pytest
from rig.measure.limits import at_most

@pytest.mark.requirement("DK-UNLOCK-01")
@pytest.mark.parametrize("n", range({n}))
def test_trivial(n, measure):
    with measure("value", unit="ms", max=at_most(1000, basis="plan")).once() as sample:
        sample.takes(1)
"""
BENCH = """
name: trivial
devices:
  world: {driver: sim.world}
vehicle: {keyring: keyring.json, model: cooper, model_year: 2026, os: 9, options: [322], \
key: digital_key}
"""


def rows(scratch: Path) -> list[Row]:
    """The cost of a test as ratios; about four minutes."""
    spent = interleave(_contestants(scratch), ROUNDS)
    cpu = {name: [s.cpu_s for s in found] for name, found in spent.items()}
    wall = {name: [s.wall_s for s in found] for name, found in spent.items()}
    few, many = f"{FEW} tests", f"{MANY} tests"
    return [
        _row(few, cpu, f"rig {FEW}", f"openhtf {FEW}", "OpenHTF's measured phase", 1.0),
        _row(few, cpu, f"rig {FEW}", f"pytest {FEW}", "plain pytest", None),
        _row(few, cpu, f"rig {FEW}", f"html {FEW}", "pytest-html", None),
        _row(many, cpu, f"rig {MANY}", f"rig {FEW}", f"itself at {few}", 1.1),
        _row(many, cpu, f"pytest {MANY}", f"pytest {FEW}", f"plain pytest at {few}", None),
        _row(few, wall, f"rig {FEW}", f"openhtf {FEW}", "OpenHTF, wall clock", None),
    ]


def _row(tests: str, times: Times, own: str, peer: str, against: str, target: float | None) -> Row:
    costs, peers = _per_test(times, own), _per_test(times, peer)
    shown = [f"{1000 * statistics.median(values):.3f} ms" for values in (costs, peers)]
    name = f"cost per test of {own.split(maxsplit=1)[0]}, {tests}"
    return Row(
        name,
        ratio(costs, peers),
        target,
        f"{shown[0]} against {shown[1]} of {against}",
        f"{ROUNDS} rounds",
    )


def _per_test(times: Times, contestant: str) -> list[float]:
    """Cost of one test in seconds, round by round."""
    name, n = contestant.split()
    one = statistics.median(times[f"{name} 1"])
    return [(whole - one) / (int(n) - 1) for whole in times[contestant]]


def _contestants(scratch: Path) -> dict[str, Callable[[], Spent]]:
    runners = {"rig": _run_rig, "pytest": _run_pytest, "html": _run_html, "openhtf": _run_openhtf}
    found: dict[str, Callable[[], Spent]] = {}
    for n in (1, FEW, MANY):
        for name, run in runners.items():
            if n != MANY or name in {"rig", "pytest"}:
                folder = scratch / f"{name}-{n}"
                folder.mkdir()
                found[f"{name} {n}"] = partial(_mean, run, folder, n)
    return found


def _mean(run: Callable[[Path, int], Spent], folder: Path, n: int) -> Spent:
    """The mean of several short runs, or one long one.

    Start-up varies by as much as forty tests cost; over ten thousand tests that is lost, over one
    thousand it is not.
    """
    spent = [run(folder, n) for _ in range(1 if n == MANY else SHORT_RUNS)]
    return Spent(
        wall_s=statistics.mean(s.wall_s for s in spent),
        cpu_s=statistics.mean(s.cpu_s for s in spent),
    )


def _pytest(folder: Path, text: str, *arguments: str) -> Spent:
    """Run pytest on one file, with no plugin but the named ones and no settings but its own."""
    (folder / "test_trivial.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(TREE)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return run_program([*command, "test_trivial.py"], cwd=folder, env=env)


def _run_pytest(folder: Path, n: int) -> Spent:
    return _pytest(folder, PLAIN.format(n=n))


def _run_html(folder: Path, n: int) -> Spent:
    plugins = ("-p", "pytest_metadata.plugin", "-p", "pytest_html.plugin")
    return _pytest(folder, PLAIN.format(n=n), *plugins, "--html=report.html")


def _run_openhtf(folder: Path, n: int) -> Spent:
    script = Path(__file__).with_name("openhtf_phases.py")
    return run_program([sys.executable, script, str(n), folder / "out.json"], cwd=folder)


def _run_rig(folder: Path, n: int) -> Spent:
    (folder / "bench.yaml").write_text(BENCH)
    (folder / "keyring.json").write_bytes((BENCHES / "keys" / "vehicle.json").read_bytes())
    (folder / "plan.yaml").write_text("title: trivial\ntests: [test_trivial.py]\n")
    arguments = ("-p", "rig.plugin", "--bench=bench.yaml", "--plan=plan.yaml")
    spent = _pytest(folder, MEASURED.format(n=n), *arguments)
    _check_run(folder, n)
    return spent


def _check_run(folder: Path, n: int) -> None:
    """Refuse a time that was won by writing nothing down."""
    newest = max(path for path in (folder / "runs").iterdir() if path.is_dir())
    run = read_run(newest)
    measured = [r for r in run.results if [m.samples for m in r.measurements] == [(1.0,)]]
    if run.finished is None or len(measured) != n or len(run.begun) != n:
        raise BenchFailed(f"{newest}: {len(measured)} measured results of {n}")
