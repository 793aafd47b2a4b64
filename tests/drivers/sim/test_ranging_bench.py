"""Anchors, their chips and stages can be named in a bench file, and are well by the doctor."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.api.stage import Stage
from drivers.api.uwb import RangingAnchor, UciPipe
from drivers.sim.world import World
from rig.bench.build import opened
from rig.bench.doctor import examine
from rig.bench.errors import BenchFileError
from rig.bench.load import load_bench
from rig.bench.registry import DRIVERS, driver_class, is_virtual
from tests.drivers.sim.phone.held_in_hand import KEYS

BENCH = f"""
name: ranging
devices:
  world: {{driver: sim.world, seed: 7, time: virtual}}
  person: {{driver: operator.terminal}}
  stage: {{driver: sim.stage, world: "@world"}}
  tape:
    driver: stage.operator
    operator: "@person"
    within_m: 0.03
    basis: laser rangefinder
    landmarks: {{the mark on the floor: [3, 0, 0]}}
    time: "@world"
  left_chip: {{driver: sim.uwb_anchor, world: "@world", at: [0.1, 0.88, 0.95], seed: 3}}
  left_anchor: {{driver: uwb.pipe, pipe: "@left_chip"}}
  cabin_chip: {{driver: sim.uwb_anchor, world: "@world", at: [0, 0, 1.25], profile: ncj29d5}}
  cabin_anchor: {{driver: uwb.pipe, pipe: "@cabin_chip", profile: ncj29d5}}
  usb_board: {{driver: sim.uwb_usb_kit, serial: B7, pace: free}}
  usb_anchor: {{driver: uwb.usb, usb_id: "1209:0001", serial: B7, usb: "@usb_board"}}
  listener: {{driver: sim.uwb_chip, profile: pica, pace: free}}
  pica: {{driver: sim.pica, address: "@listener"}}
vehicle:
  keyring: {KEYS / "vehicle.json"}
  model: cooper
  model_year: 2026
  os: 9
  options: [322]
  key: digital_key_plus
"""
ANCHORS = ("left_anchor", "cabin_anchor", "usb_anchor", "pica")


@pytest.fixture
def bench_file(tmp_path: Path) -> Path:
    file = tmp_path / "ranging.yaml"
    file.write_text(BENCH, encoding="utf-8")
    return file


def test_a_bench_file_names_anchors_and_stages(bench_file: Path) -> None:
    with opened(load_bench(bench_file)) as bench:
        devices = bench.devices
        assert all(isinstance(devices[name], RangingAnchor) for name in ANCHORS)
        assert isinstance(devices["left_chip"], UciPipe)
        world, tape = devices["world"], devices["tape"]
        assert isinstance(world, World)
        assert isinstance(tape, Stage)
        assert (tape.accuracy.within_m, tape.accuracy.basis) == (0.03, "laser rangefinder")


def test_the_doctor_says_what_each_anchor_can_do(bench_file: Path) -> None:
    diagnoses = {one.device: one for one in examine(load_bench(bench_file))}
    for name in ANCHORS:
        assert diagnoses[name].well, diagnoses[name]
        texts = [finding.what for finding in diagnoses[name].findings]
        assert texts[0] == "answers UCI 2.0.0"
        assert "capabilities" in texts[2]
        assert "clock" in texts[3]


def test_one_chip_has_one_anchor(bench_file: Path) -> None:
    bench_file.write_text(BENCH.replace("@cabin_chip", "@left_chip"), encoding="utf-8")
    with pytest.raises(BenchFileError, match="pipe"):
        load_bench(bench_file)


def test_pica_counts_as_simulated_and_a_real_chip_behind_tcp_does_not() -> None:
    assert is_virtual("sim.pica")
    assert not is_virtual("uwb.tcp")
    names = [name for name in DRIVERS if "uwb" in name or "stage" in name or "pica" in name]
    assert all(driver_class(name) for name in names)
