"""Each check of the vehicle is taken out once; the plan's test for it must turn red."""

from __future__ import annotations

import pytest

from rig.records.verdict import Verdict
from tests.runs.plants import PLANTS
from tests.runs.rig_runs import OwnBench, RigRun

CAUGHT_BY = {
    "skip_the_device_signature": "claims_anothers_slot",
    "skip_the_mac": "altered_message and MAC",
    "accept_any_cryptogram": "cannot_be_replayed and fast",
    "accept_any_slot": "never_enrolled",
    "use_one_nonce_for_ever": "cannot_be_replayed and standard",
    "ignore_deletion_and_deactivation": "deleted_key or deactivated_card",
    "ignore_the_validity": "outside_its_validity",
    "ignore_the_right_to_start": "shared_key_starts",
    "forget_the_doors": "open_door_prevents",
    "open_all_whatever_the_setting": "changed_unlock_setting",
    "lock_the_driver_door_only": "tap_at_the_handle_locks",
    "start_without_a_key": "without_a_device_in_the_tray",
    "release_the_trunk_without_a_key": "empty_tray",
    "forget_that_the_tray_is_empty": "taken_from_the_tray",
}


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_fault_turns_its_test_red(
    plant: str, rig_run: RigRun, own_bench: OwnBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIG_PLANT", plant)
    selected = ("-k", CAUGHT_BY[plant])
    bench = own_bench("virtual-in-process")
    ended = rig_run("smoke", bench, *selected, "--", "-p", "tests.runs.plants")
    caught = [r for r in ended.run.results if r.verdict is Verdict.FAIL]
    assert caught, ended.output
    assert ended.status == 1


def test_without_a_fault_those_tests_are_green(rig_run: RigRun, own_bench: OwnBench) -> None:
    bench = own_bench("virtual-in-process")
    either = " or ".join(f"({test})" for test in CAUGHT_BY.values())
    ended = rig_run("smoke", bench, "-k", either, "--", "-p", "tests.runs.plants")
    assert ended.status == 0, ended.output
