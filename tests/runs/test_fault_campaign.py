"""The smoke plan under every kind of fault of the bench's links: none becomes somebody's verdict.

Every kind, each at some of the plan's tests; RIG_FAULTS=1 runs every test under every kind,
RIG_FAULTS=5 every fifth case. `pytest -s` shows the table.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from drivers.sim.relay_board import relay_states
from rig.plans.plan import TESTPLANS
from rig.records.run import Result
from rig.records.verdict import Verdict
from tests.runs.rig_runs import Ended, OwnBench, RigRun

EVERY = int(os.environ.get("RIG_FAULTS", "40"))
PLAIN = "no fault"
KINDS_LEAST = 30
HANG_S = 5 + 100_000 / EVERY  # of a whole run; of a case see below
CASE_S = 60.0  # the longest patience of the rig is 20 s, and a plan's test has a few


@pytest.fixture(scope="module")
def bench(own_bench: OwnBench) -> Path:
    return own_bench("virtual-faults")


@pytest.fixture(scope="module")
def ended(rig_run: RigRun, bench: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    shipped = (TESTPLANS / "plans" / "faults.yaml").read_text()
    plan = tmp_path_factory.mktemp("plan") / "faults.yaml"
    plan.write_text(shipped.replace("faults: {}", f"faults: {{every: {EVERY}}}"))
    found = rig_run(plan, bench, timeout_s=HANG_S)
    table = re.search(r"^fault +error.*", found.output, re.MULTILINE | re.DOTALL)
    print(table[0] if table else found.output)  # noqa: T201 - for who asks with -s
    return found


class Case:
    """One result, and the same test's without a fault."""

    def __init__(self, result: Result) -> None:
        self.result = result
        noted = {each.what: each.value for each in result.observations}
        self.fault, self.strikes = noted.get("fault", ""), int(noted.get("fault strikes", "-1"))
        self.step = re.sub(r"-?(?:[^\[\-]+: [^\]]+|no fault)\]$", "]", result.test)


@pytest.fixture(scope="module")
def cases(ended: Ended) -> list[Case]:
    return [Case(result) for result in ended.run.results]


@pytest.fixture(scope="module")
def plain(cases: list[Case]) -> dict[str, Case]:
    """By step: how it ends without a fault."""
    return {case.step: case for case in cases if case.fault == PLAIN}


@pytest.fixture(scope="module")
def moved(ended: Ended) -> dict[str, set[tuple[str, str]]]:
    """What vehicle and devices came to, by test: which endings, where, but in its preparation."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for visit in ended.run.visits():
        if not visit.prepares:
            found[visit.test].add((visit.place, visit.outcome))
    return found


def test_no_result_is_lost(ended: Ended, cases: list[Case]) -> None:
    assert [case.result.test for case in cases] == list(ended.run.started.selected)
    assert ended.run.finished is not None
    assert all(case.strikes >= 0 for case in cases if case.result.verdict is not Verdict.ERROR)


def test_many_kinds_struck_and_every_step_ran(cases: list[Case], plain: dict[str, Case]) -> None:
    assert len(plain) >= 120
    assert len({case.fault for case in cases if case.strikes > 0}) >= KINDS_LEAST


def test_without_a_fault_every_step_passes_also_after_each_fault(plain: dict[str, Case]) -> None:
    found = {step: case.result.reason for step, case in plain.items() if not _is_good(case)}
    assert found == {}


def test_what_was_not_struck_is_judged_as_ever(cases: list[Case], plain: dict[str, Case]) -> None:
    """Nothing is left of the fault before."""
    untouched = [case for case in cases if case.strikes == 0]
    changed = [
        (case.result.test, case.result.reason)
        for case in untouched
        if case.result.verdict is not plain[case.step].result.verdict
    ]
    assert changed == []


def test_no_fault_of_the_bench_is_a_devices_fail(cases: list[Case]) -> None:
    failed = [(c.result.test, c.result.reason) for c in cases if c.result.verdict is Verdict.FAIL]
    assert failed == []


def test_what_passed_although_it_was_struck_saw_all_that_it_sees_without(
    cases: list[Case], plain: dict[str, Case], moved: dict[str, set[tuple[str, str]]]
) -> None:
    """Else a vehicle that stays shut because its reader broke would pass for one that refuses."""
    for case in cases:
        if case.strikes > 0 and _is_good(case):
            usual = moved[plain[case.step].result.test]
            assert usual <= moved[case.result.test] | _UNDECIDED, case.result.test


_UNDECIDED = {("passive entry", "passed by")}  # of an approach that was still under way


def test_every_other_struck_case_is_an_error_or_was_not_judged(cases: list[Case]) -> None:
    allowed = {Verdict.PASS, Verdict.OBSERVED, Verdict.ERROR, Verdict.INCONCLUSIVE}
    assert {case.result.verdict for case in cases} <= allowed
    unexplained = [
        case.result.test for case in cases if not _is_good(case) and not case.result.reason
    ]
    assert unexplained == []


def test_nothing_hangs(cases: list[Case]) -> None:
    assert [c.result.test for c in cases if c.result.duration_s > CASE_S] == []


def test_every_switch_is_safe_at_the_end(ended: Ended, bench: Path) -> None:
    assert ended.run.finished is not None
    found = re.search(r"relay.hid, serial: (\w+)", bench.read_text())
    assert found
    assert relay_states(found[1]) == 0


def test_the_run_shows_its_table(ended: Ended) -> None:
    assert re.search(r"^all +\d+ +\d+ +\d+ +\d+ +0 +0 +0 *$", ended.output, re.MULTILINE)


def _is_good(case: Case) -> bool:
    return case.result.verdict in (Verdict.PASS, Verdict.OBSERVED)
