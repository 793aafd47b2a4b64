"""What one test costs: the rig's plugin against plain pytest, pytest-html and OpenHTF.

Every contestant runs N trivial tests in a process of its own, and once a single one; the cost of
a test is the difference over N - 1, so that start-up does not count. The rig writes its journal
and takes one measurement per test. OpenHTF runs N phases with one measurement each and writes its
JSON, all as it comes out of the box. Plain pytest and pytest-html measure nothing.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rig.records.journal import read_run
from tests.bench.harness import BenchFailed, Row, Times, interleave, ratio, time_process

ROUNDS = 7
FEW, MANY = 1_000, 10_000
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
    """The cost of a test as ratios; about two minutes."""
    times = interleave(_contestants(scratch), ROUNDS)
    cost = {name: _per_test(times, name, FEW) for name in ("rig", "pytest", "html", "openhtf")}
    many = _per_test(times, "rig", MANY)
    shown = {name: f"{1000 * statistics.median(values):.3f} ms" for name, values in cost.items()}
    few, rounds = f"{FEW} tests", f"{ROUNDS} rounds"
    linear = f"{1000 * statistics.median(many):.3f} ms at {MANY} against {shown['rig']} at {FEW}"
    return [
        Row(
            f"cost per test, {few}, against {peer}",
            ratio(cost["rig"], cost[name]),
            target,
            f"{shown['rig']} against {shown[name]}",
            f"{few}, {rounds}",
        )
        for name, peer, target in (
            ("openhtf", "OpenHTF's measured phase", 1.0),
            ("pytest", "plain pytest", None),
            ("html", "pytest-html", None),
        )
    ] + [
        Row(
            f"cost per test at {MANY} against at {FEW}",
            ratio(many, cost["rig"]),
            1.1,
            linear,
            rounds,
        )
    ]


def _per_test(times: Times, name: str, n: int) -> list[float]:
    """Cost of one test in seconds, round by round."""
    ones = statistics.median(times[f"{name} 1"])
    return [(whole - ones) / (n - 1) for whole in times[f"{name} {n}"]]


def _contestants(scratch: Path) -> dict[str, Callable[[], float]]:
    runners = {"rig": _run_rig, "pytest": _run_pytest, "html": _run_html, "openhtf": _run_openhtf}
    found: dict[str, Callable[[], float]] = {}
    for n in (1, FEW, MANY):
        for name, run in runners.items():
            if n != MANY or name == "rig":
                folder = scratch / f"{name}-{n}"
                folder.mkdir()
                found[f"{name} {n}"] = partial(run, folder, n)
    return found


def _pytest(folder: Path, text: str, *arguments: str) -> float:
    """Run pytest on one file, with no plugin but the named ones and no settings but its own."""
    (folder / "test_trivial.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(TREE)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return time_process([*command, "test_trivial.py"], cwd=folder, env=env)


def _run_pytest(folder: Path, n: int) -> float:
    return _pytest(folder, PLAIN.format(n=n))


def _run_html(folder: Path, n: int) -> float:
    plugins = ("-p", "pytest_metadata.plugin", "-p", "pytest_html.plugin")
    return _pytest(folder, PLAIN.format(n=n), *plugins, "--html=report.html")


def _run_openhtf(folder: Path, n: int) -> float:
    script = Path(__file__).with_name("openhtf_phases.py")
    return time_process([sys.executable, script, str(n), folder / "out.json"], cwd=folder)


def _run_rig(folder: Path, n: int) -> float:
    (folder / "bench.yaml").write_text(BENCH)
    (folder / "keyring.json").write_text("{}")
    (folder / "plan.yaml").write_text("title: trivial\ntests: [test_trivial.py]\n")
    arguments = ("-p", "rig.plugin", "--bench=bench.yaml", "--plan=plan.yaml")
    taken_s = _pytest(folder, MEASURED.format(n=n), *arguments)
    _check_run(folder, n)
    return taken_s


def _check_run(folder: Path, n: int) -> None:
    """Refuse a time that was won by writing nothing down."""
    newest = max((folder / "runs").iterdir())
    run = read_run(newest)
    measured = [r for r in run.results if [m.samples for m in r.measurements] == [(1.0,)]]
    if run.finished is None or len(measured) != n or len(run.begun) != n:
        raise BenchFailed(f"{newest}: {len(measured)} measured results of {n}")
