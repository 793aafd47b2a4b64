"""`rig calibrate`: an offset that is known comes out, and whatever goes wrong says what to do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drivers.sim.uwb_chip import VirtualUwbChip
from drivers.sim.uwb_chip.scene import Sight
from drivers.uwb.uci.codes import SessionState
from rig.bench.load import BENCHES
from rig.cli import main
from rig.measure.calibration import read_calibrations

ROOT = Path(__file__).resolve().parents[3]
VEHICLE = f"""\
vehicle: {{keyring: {BENCHES}/keys/vehicle.json, model: cooper, model_year: 2026, os: 9,
          options: [322], key: digital_key}}
"""
PIPES = f"""\
name: pair
devices:
  world: {{driver: sim.world, seed: 7, time: virtual}}
  chip_a: {{driver: sim.uwb_anchor, world: "@world", at: [0, 0, 1], seed: 1}}
  chip_b: {{driver: sim.uwb_anchor, world: "@world", at: [2, 0, 1], seed: 2}}
  anchor_front: {{driver: uwb.pipe, pipe: "@chip_a"}}
  golden: {{driver: uwb.pipe, pipe: "@chip_b"}}
  tray: {{driver: nfc.pcsc, reader: nobody has this reader}} # is not wanted, and not opened
{VEHICLE}"""
AGAINST = ("--reference", "golden", "--operator", "AB")
AT_2_M = (*AGAINST, "--distance", "2.00")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pair.yaml").write_text(PIPES)
    return tmp_path


@pytest.fixture
def chips(here: Path) -> Iterator[list[VirtualUwbChip]]:
    """Two chips of this process, and a bench that reaches them over TCP: `tcp.yaml`."""
    with ExitStack() as stack:
        pair = [stack.enter_context(VirtualUwbChip(seed, pace="free")) for seed in (1, 2)]
        names = zip(("anchor_front", "golden"), pair, strict=True)
        devices = (f'  {n}: {{driver: uwb.tcp, address: "{chip.address}"}}\n' for n, chip in names)
        (here / "tcp.yaml").write_text(f"name: tcp\ndevices:\n{''.join(devices)}{VEHICLE}")
        yield pair


def calibrated(*arguments: str, bench: str = "pair.yaml") -> Result:
    return CliRunner().invoke(main, ["calibrate", bench, *arguments])


def test_the_offset_is_written_with_all_that_it_rests_on(here: Path) -> None:
    result = calibrated("front", *AT_2_M)
    assert result.exit_code == 0, result.output
    (found,) = read_calibrations(here / "calibrations.json").values()
    assert (found.anchor, found.operator, found.samples) == ("front", "AB", 100)
    assert found.kit == "UCI in this process serial pipe"
    assert 0.01 < found.uncertainty_m < 0.02  # that of the distance, and a little
    assert abs(found.offset_m) < 0.3  # a virtual position's own bias
    assert "calibrations: " in result.output
    assert "\n\n" not in result.output


def test_a_wrong_distance_is_in_the_offset_as_it_stands(here: Path) -> None:
    calibrated("anchor_front", *AT_2_M)
    at_2_m = read_calibrations(here / "calibrations.json")["front"].offset_m
    calibrated("anchor_front", *AGAINST, "--distance", "1.5")
    at_1_5_m = read_calibrations(here / "calibrations.json")["front"].offset_m
    assert at_1_5_m - at_2_m == pytest.approx(0.5)


def test_a_file_keeps_the_other_anchors(here: Path) -> None:
    calibrated("front", *AT_2_M, "--output", "mine.json")
    other = ("--reference", "front", "--distance", "2", "--operator", "CD")
    assert calibrated("golden", *other, "--output", "mine.json").exit_code == 0
    found = read_calibrations(here / "mine.json")
    assert {name: one.operator for name, one in found.items()} == {"front": "AB", "golden": "CD"}
    assert [path.name for path in here.glob(".mine*")] == []


def test_the_file_that_the_bench_names_is_the_one_that_is_written(here: Path) -> None:
    calibrated("front", *AT_2_M, "--output", "delays.json")
    (here / "pair.yaml").write_text(
        PIPES.replace("{keyring", "{calibrations: delays.json, keyring")
    )
    result = calibrated("front", *AT_2_M, "--samples", "30")
    assert read_calibrations(here / "delays.json")["front"].samples == 30
    assert "calibrations: " not in result.output


WRONG = {
    "no distance": (("front", *AGAINST), "--distance is missing: measure from antenna"),
    "no number": (("front", *AGAINST, "--distance", "nan"), "--distance is nan"),
    "behind the antenna": (("front", *AGAINST, "--distance", "-2"), "--distance is -2"),
    "unknown uncertainty": (("front", *AT_2_M, "--uncertainty", "inf"), "--uncertainty is inf"),
    "no reference": (("front", "--distance", "2", "--operator", "A"), "Missing option '--ref"),
    "nobody": (("front", *AT_2_M, "--operator", " "), "--operator is empty"),
    "few": (("front", *AT_2_M, "--samples", "29"), "29 is not in the range x>=30"),
    "no such anchor": (("frnt", *AT_2_M), "no UWB anchor 'frnt'; the bench has: anchor_front, g"),
    "no anchor at all": (("tray", *AT_2_M), "no UWB anchor 'tray'"),
    "itself": (("golden", *AT_2_M), "golden cannot range with itself"),
    "no folder": (("front", *AT_2_M, "--output", "no/x.json"), "there is no folder no for x.json"),
    "another file": (("front", *AT_2_M, "--output", "pair.yaml"), "--output names another file"),
}


@pytest.mark.parametrize(("arguments", "says"), WRONG.values(), ids=WRONG)
def test_wrong_usage_says_what_to_do(here: Path, arguments: tuple[str, ...], says: str) -> None:
    before = {path: path.read_bytes() for path in here.iterdir()}
    result = calibrated(*arguments)
    assert result.exit_code == 2
    assert says in result.output
    assert {path: path.read_bytes() for path in here.iterdir()} == before


def test_a_bench_with_one_anchor_has_nobody_to_range_with(here: Path) -> None:
    lines = [line for line in PIPES.splitlines(keepends=True) if "golden" not in line]
    (here / "pair.yaml").write_text("".join(lines))
    result = calibrated("front", *AT_2_M)
    assert (result.exit_code, "has 1 UWB anchors" in result.output) == (2, True)


def test_a_negative_range_counts_since_a_delay_may_bring_it_there(
    chips: list[VirtualUwbChip], here: Path
) -> None:
    chips[0].scene = lambda _shot: Sight(-3.0)
    assert calibrated("front", *AT_2_M, bench="tcp.yaml").exit_code == 0
    assert read_calibrations(here / "calibrations.json")["front"].offset_m < -4.5


def test_where_nothing_is_heard_it_says_what_to_do(chips: list[VirtualUwbChip], here: Path) -> None:
    chips[0].scene = lambda _shot: None
    result = calibrated("front", *AT_2_M, bench="tcp.yaml")
    assert result.exit_code == 3
    said = " ".join(result.output.split())
    assert "anchor_front heard nothing of golden in 25 blocks (25 times: nothing was" in said
    assert "put both in sight of each other" in said
    assert not (here / "calibrations.json").exists()


def test_too_few_valid_ranges_are_no_calibration(chips: list[VirtualUwbChip], here: Path) -> None:
    chips[0].scene = lambda shot: None if shot.block % 5 else Sight(2.0)
    result = calibrated("front", *AT_2_M, bench="tcp.yaml")
    assert result.exit_code == 3
    assert "blocks brought a range, and 100 are wanted" in result.output
    assert not (here / "calibrations.json").exists()


def test_scattered_ranges_are_no_calibration(chips: list[VirtualUwbChip], here: Path) -> None:
    chips[0].scene = lambda shot: Sight(2.0 + shot.block % 2)
    result = calibrated("front", *AT_2_M, bench="tcp.yaml")
    assert result.exit_code == 3
    assert "the ranges scatter by" in result.output
    assert not (here / "calibrations.json").exists()


def test_a_reference_that_is_pulled_out_ends_it(chips: list[VirtualUwbChip]) -> None:
    def pulled(shot: object) -> Sight:
        del shot
        chips[1].unplug()
        return Sight(2.0)

    chips[0].scene = pulled
    result = calibrated("front", *AT_2_M, "--samples", "5000", bench="tcp.yaml")
    assert result.exit_code == 3
    assert "golden" in result.output


def test_an_anchor_that_is_not_there_is_named(chips: list[VirtualUwbChip]) -> None:
    chips[1].unplug()
    result = calibrated("front", *AT_2_M, bench="tcp.yaml")
    assert result.exit_code == 3
    assert "golden (uwb.tcp)" in result.output


def test_ctrl_c_leaves_the_sessions_stopped(chips: list[VirtualUwbChip], here: Path) -> None:
    command = [sys.executable, "-c", "from rig.cli import main; main()", "calibrate", "tcp.yaml"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [*command, "front", *AT_2_M, "--samples", "1000000"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen: list[list[SessionState]] = []
    deadline_s = time.monotonic() + 30
    while not (len(seen) == 2 and all(s == [SessionState.ACTIVE] for s in seen)):
        assert time.monotonic() < deadline_s
        seen = [[s.state for s in list(chip.chip.sessions.values())] for chip in chips]
    child.send_signal(signal.SIGINT)
    _out, said = child.communicate(timeout=30)
    assert (child.returncode, said.strip()) == (
        128 + signal.SIGINT,
        "interrupted: both anchors are silent, and nothing was written",
    )
    assert [chip.chip.sessions for chip in chips] == [{}, {}]
    assert not (here / "calibrations.json").exists()
