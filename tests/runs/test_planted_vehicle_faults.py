"""Each check of the vehicle is taken out once; the plan's test for it must turn red."""

from __future__ import annotations

import pytest

from rig.records.verdict import Verdict
from tests.runs.planted import key_use
from tests.runs.plants import CAPABILITIES, plants_of
from tests.runs.rig_runs import OwnBench, RigRun

CASES = [
    pytest.param("smoke" if module is key_use else "compliance", plant, tests, id=plant)
    for module in CAPABILITIES
    for plant, tests in plants_of(module).items()
]


@pytest.mark.parametrize(("plan", "plant", "tests"), CASES)
def test_a_planted_fault_turns_its_test_red(
    plan: str,
    plant: str,
    tests: str,
    rig_run: RigRun,
    own_bench: OwnBench,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RIG_PLANT", plant)
    bench = own_bench("virtual-in-process")
    ended = rig_run(plan, bench, "-k", tests, "--", "-p", "tests.runs.plants")
    caught = [r for r in ended.run.results if r.verdict is Verdict.FAIL]
    assert caught, ended.output
    assert ended.status == 1


@pytest.mark.parametrize("plan", ["smoke", "compliance"])
def test_without_a_fault_those_tests_are_green(
    plan: str, rig_run: RigRun, own_bench: OwnBench
) -> None:
    """A selection that is red anyway, or that takes no test, would prove nothing."""
    bench = own_bench("virtual-in-process")
    selections = [case.values[2] for case in CASES if case.values[0] == plan]
    either = " or ".join(f"({tests})" for tests in selections)
    ended = rig_run(plan, bench, "-k", either, "--", "-p", "tests.runs.plants")
    assert ended.status == 0, ended.output


def test_a_test_whose_phone_cannot_be_paired_judges_nothing(
    rig_run: RigRun, own_bench: OwnBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a fail of what was not tried nor an error of the rig."""
    monkeypatch.setenv("RIG_PLANT", "never_pair")
    bench = own_bench("virtual-in-process")
    tests = "no_louder or ran_empty"
    ended = rig_run("compliance", bench, "-k", tests, "--", "-p", "tests.runs.plants")
    assert {result.verdict for result in ended.run.results} == {Verdict.INCONCLUSIVE}
    assert all("has no main key" in result.reason for result in ended.run.results)
    assert ended.status == 4
