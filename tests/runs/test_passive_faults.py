"""Passive entry that breaks in mid-approach: never a pass, named, and the next test runs."""

from __future__ import annotations

import pytest

from rig.records.run import Result
from rig.records.verdict import Verdict
from tests.runs.plans.passive_fault_cases import BREAKS, CASES, CUT, MESSAGES, STAYS
from tests.runs.rig_runs import PLANS, Ended, OwnBench, RigRun

BENCH = {
    "anchor unplugged": "anchor_rear_left",
    "anchor cut off in its frames": "anchor_rear_left",
    "anchor silent": "anchor_rear_left",
    "controller unplugged": "air",
    **{name: "air" if "controller" in name else "anchor_rear_left" for name in STAYS},
    "anchor away for a moment": "anchor_rear_left",
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
    named = "anchor_" if name.startswith("all anchors") else f"{device}: "  # whichever is first
    assert named in result.reason


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


@pytest.mark.parametrize("mark", [mark for mark in CUT if mark != "first_range"])
def test_a_link_that_is_cut_each_time_is_inconclusive(ended: Ended, mark: str) -> None:
    """Somebody jams it, or the phone goes: the vehicle cannot know, before anything is ranged."""
    result = result_of(ended, "test_broken", f"link cut at {mark}")
    assert result.verdict is Verdict.INCONCLUSIVE, result.reason
    assert result.reason.startswith(f"after {mark}: the connection ended")


def test_a_link_that_is_cut_while_ranging_says_so(ended: Ended) -> None:
    """It was ranged, and stayed shut out; the reason tells what ended each connection."""
    result = result_of(ended, "test_broken", "link cut at first_range")
    assert result.verdict is Verdict.FAIL, result.reason
    assert "CONNECTION_TIMEOUT" in result.reason


def test_an_anchor_that_stays_away_is_an_error_until_it_is_back(ended: Ended) -> None:
    found = {r.test.rpartition("::")[2]: r for r in ended.run.results if "StaysAway" in r.test}
    for name in ("test_it_goes", "test_it_is_away"):
        assert found[name].verdict is Verdict.ERROR, found[name].reason
        assert "anchor_rear_left: " in found[name].reason
    for name in ("test_nothing_goes_on", "test_it_is_back"):
        assert found[name].verdict is Verdict.PASS, found[name].reason


@pytest.mark.parametrize("name", CASES)
def test_nothing_of_it_goes_on(ended: Ended, name: str) -> None:
    """No advertising, no ranging, no relay on between two tests."""
    result = result_of(ended, "test_nothing_goes_on_after", name)
    assert result.verdict is Verdict.PASS, result.reason


@pytest.mark.parametrize("name", CASES)
def test_the_next_test_runs(ended: Ended, name: str) -> None:
    result = result_of(ended, "test_next_after", name)
    assert result.verdict is Verdict.PASS, result.reason


def test_what_the_vehicle_gets_over_is_a_pass(ended: Ended) -> None:
    overcome = [r for r in ended.run.results if "TestOvercome" in r.test]
    assert [r.verdict for r in overcome] == [Verdict.PASS] * 2, [r.reason for r in overcome]


def test_the_run_goes_on_to_its_end_and_says_that_phones_have_failed(ended: Ended) -> None:
    assert ended.status == 1, ended.output  # what was judged as failed outranks bench errors
    assert len(ended.run.results) == 3 * len(CASES) + 4 + 2
