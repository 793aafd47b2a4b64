"""A bench file that is wrong about its vehicle: one message with its line, and nothing moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rig.bench.description import BenchDescription
from rig.bench.errors import BenchFileError
from rig.bench.load import load_bench
from rig.measure.calibration import write_calibrations
from rig.plugin.preflight import check_provisioning, check_wiring
from rig.records.run import CalibrationRecord

if TYPE_CHECKING:
    from tests.rig.plugin.conftest import Desk

DRIVES = "def test_drives(car): pass\n"
UNLOCK = '  unlock_driver:     {driver: relay.switch, board: "@board", channel: 1, safe: off}\n'
LAST_PLACE = "    back_right: [-0.95, -0.5, 1.25]\n"
KEYS = "  keyring: keys/vehicle.json\n"
SETTINGS = "  key: digital_key\n  settings:\n    mac_covers: data\n    "

VEHICLE = "vehicle:"

# id: (what is replaced in the bench, by what, how the line of the complaint begins, its words)
WRONG = {
    "no driver's lock": (
        UNLOCK,
        "",
        VEHICLE,
        "the vehicle needs a Switch named 'unlock_driver'; it is missing\n",
    ),
    "no trays": (
        "  tray: ",
        "  try: ",
        VEHICLE,
        "the vehicle needs a NfcReader named 'tray'; it is missing\n",
    ),
    "a sensor for a lock": (
        UNLOCK,
        '  unlock_driver: {driver: relay.input, board: "@board", channel: 13}\n',
        VEHICLE,
        "the vehicle needs a Switch named 'unlock_driver'; it is a InputSensor\n",
    ),
    "no keyring": (KEYS, "  keyring: keys/README.md\n", "  keyring:", "README.md:1: not JSON: "),
    "a broken second keyring": (
        "keys/second_vehicle.json",
        "keys/devices.json",
        "  second_keyring:",
        "second_keyring: ",
    ),
    "another profile's keyring": (
        "profile: ccc",
        "profile: home_key",
        "  keyring:",
        "must be 16 bytes, foun",
    ),
    "an unknown setting": (
        "  key: digital_key\n",
        f"{SETTINGS}mac_cover: data\n",
        "    mac_cover:",
        "settings.mac_cover: no protocol setting 'mac_cover'",
    ),
    "a setting of the wrong type": (
        "  key: digital_key\n",
        f"{SETTINGS}channel_counter_start: yes\n",
        "    channel_counter_start:",
        "settings.channel_counter_start: setting channel_counter_start is True",
    ),
    "a broken authority": (
        "  key: digital_key\n",
        "  key: digital_key\n  authority_key: keys/README.md\n"
        "  authority_certificate: keys/README.md\n",
        "  authority_certificate:",
        "authority_certificate: ",
    ),
    "broken calibrations": (
        "  key: digital_key\n",
        "  key: digital_key\n  calibrations: keys/devices.json\n",
        "  calibrations:",
        "calibrations: devices.json: wanted format and calibrations, and nothing else\n",
    ),
    "no calibrations": (
        "  key: digital_key\n",
        "  key: digital_key\n  calibrations: keys/delays.json\n",
        "  calibrations:",
        "calibrations must be a path that exists",
    ),
    "an anchor that is not there": (
        LAST_PLACE,
        f"{LAST_PLACE}    roof: [0, 0, 1.4]\n",
        "    roof:",
        "anchors.roof: there is no device anchor_roof\n",
    ),
    "a place of two numbers": (
        LAST_PLACE,
        "    back_right: [0, 0]\n",
        "  anchors:",
        "anchors must be [x, y, z] in metres for back_right",
    ),
    "a lock for an anchor": (
        UNLOCK,
        f'{UNLOCK}  anchor_roof: {{driver: relay.input, board: "@board", channel: 13}}\n',
        VEHICLE,
        "the vehicle needs a RangingAnchor named 'anchor_roof'; it is a InputSensor\n",
    ),
    "an anchor without a place": (
        UNLOCK,
        f'{UNLOCK}  anchor_roof: {{driver: uwb.tcp, address: "127.0.0.1:1"}}\n',
        "  anchors:",
        "anchors: where is anchor_roof? give roof: [x, y, z] in metres\n",
    ),
    "a long setting": (
        "  key: digital_key\n",
        f"{SETTINGS}channel_counter_start: 256\n",
        "    channel_counter_start:",
        "it must be from 0 to 255",
    ),
}


def line_of(beginning: str, text: str) -> int:
    """The number of the first line that begins so."""
    lines = text.splitlines()
    return 1 + next(i for i, line in enumerate(lines) if line.startswith(beginning))


def check_vehicle(bench: BenchDescription) -> None:
    check_provisioning(bench)
    check_wiring(bench)


@pytest.mark.parametrize(("old", "new", "begins", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_vehicle_is_one_complaint_with_its_line(
    desk: Desk, old: str, new: str, begins: str, says: str
) -> None:
    desk.write_whole_bench(old, new)
    path = desk.folder / "whole.yaml"
    with pytest.raises(BenchFileError) as got:
        check_vehicle(load_bench(path))
    line = line_of(begins, path.read_text())
    assert str(got.value).startswith(f"{path}:{line}: ")
    assert says in f"{got.value}\n"
    assert "\n" not in str(got.value)


@pytest.mark.parametrize("kind", ["no driver's lock", "a broken second keyring", "a long setting"])
def test_a_run_says_so_before_anything_opens(desk: Desk, kind: str) -> None:
    old, new, begins, says = WRONG[kind]
    desk.write_whole_bench(old, new)
    line = line_of(begins, (desk.folder / "whole.yaml").read_text())
    desk.write_plan("test_it.py", DRIVES)
    outcome = desk.run("--plan=plan.yaml", bench="whole.yaml")
    assert outcome.status == 2
    assert f"rig: whole.yaml:{line}: " in outcome.output
    assert says in outcome.output
    assert "INTERNALERROR" not in outcome.output
    assert not outcome.folder.exists()  # no journal, and no watchdog that would have a log


def test_the_bench_that_may_stand_in_is_checked_as_well(desk: Desk) -> None:
    desk.write_whole_bench("keys/second_vehicle.json", "keys/devices.json")
    desk.write("mine.yaml", "fallback: whole\n" + (desk.folder / "tiny.yaml").read_text())
    desk.write_plan("test_it.py", "def test_a(): pass\n")
    outcome = desk.run("--plan=plan.yaml", bench="mine.yaml")
    assert outcome.status == 2
    line = line_of("  second_keyring:", (desk.folder / "whole.yaml").read_text())
    assert f"whole.yaml:{line}: second_keyring: " in outcome.output


def test_a_bench_without_a_vehicle_serves_tests_that_want_none(desk: Desk) -> None:
    desk.write_plan("test_it.py", "def test_a(): pass\n" + DRIVES)
    assert desk.run("--plan=plan.yaml", "-k", "not drives").status == 0


def test_all_that_the_vehicle_lacks_is_said_at_once(desk: Desk) -> None:
    desk.write_plan("test_it.py", DRIVES)
    outcome = desk.run("--plan=plan.yaml")
    assert outcome.status == 2
    assert "tiny.yaml:4: the vehicle needs a NfcReader named 'driver_handle'" in outcome.output
    assert "; it also needs tray (NfcReader), unlock_driver (Switch), " in outcome.output


def test_a_run_records_which_antenna_delays_it_takes_off(desk: Desk) -> None:
    kit = "UCI in this process serial pipe"
    delay = CalibrationRecord("front_left", kit, 0.3, 0.01, 100, 2.0, "2026-11-25", "AB")
    other = replace(delay, anchor="front_right", kit="another kit")
    write_calibrations(desk.folder / "delays.json", [delay, other])
    desk.write_whole_bench(
        "  key: digital_key\n", "  key: digital_key\n  calibrations: delays.json\n"
    )
    desk.write_plan("test_it.py", DRIVES)
    started = desk.run("--plan=plan.yaml", bench="whole.yaml").run.started
    assert started.calibrations == (delay,)
    about = {s.name.rpartition(" ")[2]: s.why for s in started.settings if "delay of" in s.name}
    assert len(about) == 7
    assert f"front_right is {kit}, and its calibration is of another kit" in about["front_right"]
    assert "delays.json has no entry" in about["rear_left"]
