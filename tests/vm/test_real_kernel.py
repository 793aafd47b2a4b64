"""The rig's drivers on a kernel of Debian's, with USB devices that this kernel takes for real.

One machine is started, works through `inside.py` and is switched off; each test judges a step.
"""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from tests.contracts.echo_card import ATR, OK
from tests.vm.inside import BLOCKS, LONG, MODULES
from tests.vm.machine import VirtualMachine

NEAR_M, FAR_M = 2.7, 3.3  # around the 3.0 m of bench.yaml
RELAY = 3
DRIVEN = ("driver_handle", "board", "uwb")  # by nfc.pcsc, relay.hid, uwb.qorvo


def test_debians_kernel_is_up_with_its_usb_drivers(machine: VirtualMachine) -> None:
    found = machine.result("kernel")
    assert found["release"].endswith("-amd64")
    assert found["modules"] == sorted(MODULES)


@pytest.mark.parametrize("device", DRIVEN)
def test_the_doctor_finds_the_device_well(machine: VirtualMachine, device: str) -> None:
    found = machine.result("doctor")
    assert any(line.split()[:2] == ["ok", device] for line in found["said"].splitlines())


def test_the_doctor_finds_all_well(machine: VirtualMachine) -> None:
    found = machine.result("doctor")
    assert (found["status"], found["said"].splitlines()[-1]) == (0, "all is well")


def test_a_tap_unlocks(machine: VirtualMachine) -> None:
    found = machine.result("unlock")
    assert found["status"] == 0, found["said"]
    records = [json.loads(line) for line in found["journal"]]
    verdicts = [record["verdict"] for record in records if "verdict" in record]
    assert set(verdicts) == {"pass"}, found["said"]


def test_a_session_ranges(machine: VirtualMachine) -> None:
    judge_distances(machine.result("ranging")["distances_m"])


@pytest.mark.parametrize(
    "said",
    ["USB HID v1.01 Device [www.dcttech.com USBRelay8]", "ttyACM0: USB ACM device", "ACR1252"],
)
def test_the_kernels_own_drivers_took_the_devices(machine: VirtualMachine, said: str) -> None:
    assert said in machine.result("ranging")["log"]


def test_a_pulled_kit_is_lost_and_ranges_again_when_it_is_back(machine: VirtualMachine) -> None:
    found = machine.result("kit_pulled")
    assert found["lost"].startswith("LinkLost")
    assert "no serial line has this USB serial number" in found["while_out"]
    judge_distances(found["distances_m"])


def test_a_pulled_board_drops_its_relay_and_switches_again(machine: VirtualMachine) -> None:
    found = machine.result("relay_pulled")
    only = [channel == RELAY for channel in range(1, 9)]
    assert found["lost"].startswith("LinkLost")
    assert [found["before"], found["after"], found["again"]] == [only, [False] * 8, only]


def test_a_pulled_reader_is_lost_and_reads_its_card_again(machine: VirtualMachine) -> None:
    found = machine.result("reader_pulled")
    assert found["atr"] == ATR.hex()
    assert found["answered"] == [(LONG[:4] + OK).hex(), (LONG + OK).hex()]
    assert found["lost"].startswith(("CardLost", "LinkLost"))
    assert found["while_out"].startswith(("DeviceNotFound", "LinkLost"))
    assert found["again"] == (LONG + OK).hex()


def test_the_card_feels_the_field_go_with_the_reader(machine: VirtualMachine) -> None:
    powers = machine.result("reader_pulled")["powers"]
    assert powers[0] is True
    assert all(now is not then for now, then in pairwise(powers))
    assert powers.count(True) >= 2


def test_a_card_that_left_leaves_the_field_empty(machine: VirtualMachine) -> None:
    assert machine.result("reader_pulled")["empty"] is True


def test_the_bench_leaves_nothing_plugged_in(machine: VirtualMachine) -> None:
    assert machine.result("closed")["left"] == []


def test_the_machine_switches_itself_off(machine: VirtualMachine) -> None:
    assert machine.ended() == 0
    assert "reboot: Power down" in machine.console_tail()


def judge_distances(distances_m: list[float | None]) -> None:
    assert len(distances_m) == BLOCKS
    assert all(one is not None and NEAR_M < one < FAR_M for one in distances_m), distances_m
