"""Each check of passive entry is taken out once; the plan's test for it must turn red."""

from __future__ import annotations

import pytest

from rig.records.verdict import Verdict
from tests.runs.plants import PASSIVE, plants_of
from tests.runs.rig_runs import PLANS, OwnBench, RigRun

PLAN = PLANS / "passive_planted.yaml"
CAUGHT_BY = {plant: tests for module in PASSIVE for plant, tests in plants_of(module).items()}


@pytest.mark.parametrize(("plant", "tests"), CAUGHT_BY.items(), ids=CAUGHT_BY)
def test_a_planted_fault_turns_its_test_red(
    plant: str,
    tests: str,
    rig_run: RigRun,
    own_bench: OwnBench,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RIG_PLANT", plant)
    bench = own_bench("virtual-time")
    ended = rig_run(PLAN, bench, "-k", tests, "--", "-p", "tests.runs.plants")
    caught = [r for r in ended.run.results if r.verdict is Verdict.FAIL]
    assert caught, ended.output
    assert ended.status == 1


def test_without_a_fault_those_tests_are_green(rig_run: RigRun, own_bench: OwnBench) -> None:
    """A selection that is red anyway, or that takes no test, would prove nothing."""
    either = " or ".join(f"({tests})" for tests in CAUGHT_BY.values())
    bench = own_bench("virtual-time")
    ended = rig_run(PLAN, bench, "-k", either, "--", "-p", "tests.runs.plants")
    assert ended.status == 0, ended.output
