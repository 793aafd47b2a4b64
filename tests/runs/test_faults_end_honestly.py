"""A bench that breaks in mid-run: error or inconclusive with the device named, and it goes on."""

from __future__ import annotations

import pytest

from rig.records.run import Result
from rig.records.verdict import Verdict
from tests.runs.rig_runs import PLANS, Ended, OwnBench, RigRun

BROKEN = [
    pytest.param("pcscd_is_killed", Verdict.ERROR, "driver_handle", id="pcscd killed"),
    pytest.param("card_is_pulled", Verdict.INCONCLUSIVE, "driver_handle", id="card pulled"),
    pytest.param("card_is_mute", Verdict.INCONCLUSIVE, "driver_handle", id="card mute"),
    pytest.param("board_is_unplugged", Verdict.ERROR, "board", id="relay board unplugged"),
]


@pytest.fixture(scope="module")
def ended(rig_run: RigRun, own_bench: OwnBench) -> Ended:
    return rig_run(PLANS / "faults.yaml", own_bench("virtual"))


def result_of(ended: Ended, name: str) -> Result:
    found = [r for r in ended.run.results if name in r.test]
    assert len(found) == 1, ended.output
    return found[0]


@pytest.mark.parametrize(("name", "verdict", "device"), BROKEN)
def test_a_broken_bench_is_never_a_fail_and_names_the_device(
    ended: Ended, name: str, verdict: Verdict, device: str
) -> None:
    result = result_of(ended, name)
    assert result.verdict is verdict, result.reason
    assert device in result.reason


@pytest.mark.parametrize("name", ["pcscd", "pulled_card", "mute_card", "relay_board"])
def test_the_next_test_runs(ended: Ended, name: str) -> None:
    result = result_of(ended, f"next_after_the_{name}" if name != "pcscd" else "next_after_pcscd")
    assert result.verdict is Verdict.PASS, result.reason


def test_the_run_ends_with_the_status_of_a_bench_error(ended: Ended) -> None:
    assert ended.status == 3, ended.output
    assert ended.run.finished is not None
    assert ended.run.finished.verdict is Verdict.ERROR
