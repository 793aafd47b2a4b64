"""Each check of passive entry is taken out once; the plan's test for it must turn red.

A run plants many faults, one after the other, each for the one test that is to catch it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.records.run import Result
from rig.records.verdict import Verdict
from tests.runs.plants import PASSIVE, plants_of
from tests.runs.rig_runs import PLANS, OwnBench, RigRun

PLAN, BENCH = PLANS / "passive_planted.yaml", "virtual-time"
PLUGIN = ("--", "-p", "tests.runs.plants")
CAUGHT_BY = {plant: tests for module in PASSIVE for plant, tests in plants_of(module).items()}
RUNS_MOST = 5  # as many faults as one test may have to catch


@pytest.fixture(scope="module")
def results(
    rig_run: RigRun, own_bench: OwnBench, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Result]:
    """By fault, what the test came to for which it was planted."""
    planted = tmp_path_factory.mktemp("planted") / "planted"
    found: dict[str, Result] = {}
    for _ in range(RUNS_MOST):
        if left := [plant for plant in CAUGHT_BY if plant not in found]:
            found |= _planted(rig_run, own_bench(BENCH), left, planted)
    return found


def _planted(rig_run: RigRun, bench: Path, plants: list[str], told: Path) -> dict[str, Result]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RIG_PLANTS", " ".join(plants))
        patch.setenv("RIG_PLANTED", str(told))
        ended = rig_run(PLAN, bench, *PLUGIN)
    by_test = {result.test: result for result in ended.run.results}
    pairs = (line.split(" ", 1) for line in told.read_text().splitlines())
    return {plant: by_test[test] for plant, test in pairs}


@pytest.mark.parametrize("plant", CAUGHT_BY)
def test_a_planted_fault_turns_its_test_red(results: dict[str, Result], plant: str) -> None:
    assert plant in results, f"no test is left for it: {CAUGHT_BY[plant]}"
    result = results[plant]
    assert result.verdict is Verdict.FAIL, f"{result.test}: {result.verdict}, {result.reason}"


def test_without_a_fault_those_tests_are_green(rig_run: RigRun, own_bench: OwnBench) -> None:
    """A selection that is red anyway, or that takes no test, would prove nothing."""
    either = " or ".join(f"({tests})" for tests in CAUGHT_BY.values())
    ended = rig_run(PLAN, own_bench(BENCH), "-k", either, *PLUGIN)
    assert ended.status == 0, ended.output
