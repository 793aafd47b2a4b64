"""Passive entry that breaks in mid-approach: never a pass, named, and the next test runs."""

from __future__ import annotations

import pytest

from rig.records.run import Result
from rig.records.verdict import Verdict
from tests.runs.plans.passive_fault_cases import BREAKS, MESSAGES
from tests.runs.rig_runs import PLANS, Ended, OwnBench, RigRun

BENCH = {
    "anchor unplugged": "anchor_rear_left",
    "anchor cut off in its frames": "anchor_rear_left",
    "anchor silent": "anchor_rear_left",
    "controller unplugged": "air",
}
"""What breaks of the bench, and the device that the reason names."""

DROPPED = [name for name in BREAKS if name.startswith("link dropped")]
SILENT = [name for name in BREAKS if name.startswith("silent")]
GARBAGE = [name for name in BREAKS if name.startswith("garbage")]
NOT_REACHED = "link dropped, encrypted"  # a first approach encrypts by pairing, at another step


@pytest.fixture(scope="module")
def ended(rig_run: RigRun, own_bench: OwnBench) -> Ended:
    return rig_run(PLANS / "passive_faults.yaml", own_bench("virtual-time"))


def result_of(ended: Ended, test: str, name: str) -> Result:
    found = [r for r in ended.run.results if r.test.endswith(f"::{test}[{name}]")]
    assert len(found) == 1, ended.output
    return found[0]


@pytest.mark.parametrize(("name", "device"), BENCH.items(), ids=BENCH)
def test_a_broken_bench_is_an_error_that_names_the_device(
    ended: Ended, name: str, device: str
) -> None:
    result = result_of(ended, "test_broken", name)
    assert result.verdict is Verdict.ERROR, result.reason
    assert f"{device}: " in result.reason


@pytest.mark.parametrize("name", [name for name in DROPPED if name != NOT_REACHED])
def test_a_link_that_drops_is_inconclusive_and_says_how_far_it_came(
    ended: Ended, name: str
) -> None:
    result = result_of(ended, "test_broken", name)
    assert result.verdict is Verdict.INCONCLUSIVE, result.reason
    assert "the connection ended" in result.reason
    assert result.reason.startswith("after ")


@pytest.mark.parametrize("name", [name for name in SILENT if "FirstApproach" not in name])
def test_a_silent_phone_is_inconclusive_and_says_what_was_waited_for(
    ended: Ended, name: str
) -> None:
    result = result_of(ended, "test_broken", name)
    assert result.verdict is Verdict.INCONCLUSIVE, result.reason
    assert "no answer to " in result.reason or "no time sync within" in result.reason


@pytest.mark.parametrize("name", [*GARBAGE, f"silent at {MESSAGES[0].__name__}"])
def test_a_phone_that_breaks_the_protocol_has_failed(ended: Ended, name: str) -> None:
    """It was judged: its message is no message, or it keeps its channel and says nothing."""
    result = result_of(ended, "test_broken", name)
    assert result.verdict is Verdict.FAIL, result.reason
    assert "malformed message" in result.reason or "within 5 s" in result.reason


@pytest.mark.parametrize("name", BREAKS)
def test_the_next_test_runs(ended: Ended, name: str) -> None:
    result = result_of(ended, "test_next_after", name)
    assert result.verdict is Verdict.PASS, result.reason


def test_garbage_between_frames_stops_nobody(ended: Ended) -> None:
    (result,) = (r for r in ended.run.results if "garbage_between_frames" in r.test)
    assert result.verdict is Verdict.PASS, result.reason


def test_the_run_goes_on_to_its_end_and_says_that_phones_have_failed(ended: Ended) -> None:
    assert ended.status == 1, ended.output  # what was judged as failed outranks bench errors
    assert len(ended.run.results) == 2 * len(BREAKS) + 1
