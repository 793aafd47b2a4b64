"""A rail and an Android phone on a cable can be named in a bench file, with all options."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.api.phone import Phone
from drivers.api.space import Point
from drivers.api.stage import Stage
from rig.bench.build import opened
from rig.bench.errors import BenchFileError
from rig.bench.load import load_bench
from tests.rig.bench.test_operator_bench import bench_file

VEHICLE = """\
vehicle: {keyring: ring.json, model: cooper, model_year: 2026, os: 9, options: [322],
          key: digital_key}
"""
VIRTUAL = f"""\
name: moving
devices:
  world:       {{driver: sim.world, time: virtual}}
  operator:    {{driver: operator.terminal}}
  rail:        {{driver: sim.grbl_rail, world: "@world", origin: [0.1, 8.9, 1.0],
                direction: [0, -1, 0], length_m: 8, across: [1, 0, 0], width_m: 3,
                acceleration_mps2: 4, fastest_mps: 2, settings: {{"21": 0}}}}
  stage:       {{driver: stage.grbl, serial: "@rail", carriage: "@rail", origin: [0.1, 8.9, 1.0],
                direction: [0, -1, 0], length_m: 7.5, top_speed_mps: 1.5, across: [1, 0, 0],
                width_m: 2.5, within_m: 0.02, time: "@world"}}
  handset:     {{driver: sim.phone, world: "@world", platform: samsung}}
  adb:         {{driver: sim.adb_server, phone: "@handset", serial: R5CT, android: 13,
                pin: "284917", apps: {{com.example.mini: 5.2.1}}}}
  owner_phone: {{driver: phone.adb, operator: "@operator", serial: R5CT, platform: samsung,
                server: "@adb", pin: pin.txt, apps: [com.example.mini], ultra_wideband: true,
                vehicles: {{"0102030405060708": the MINI}}}}
{VEHICLE}"""
REAL = f"""\
name: moving
devices:
  operator:    {{driver: operator.terminal}}
  stage:       {{driver: stage.grbl, serial: "75833353934351F0A1B2", carriage: "@operator",
                origin: [0.1, 8.9, 1.0], direction: [0, -1, 0], length_m: 7.5, top_speed_mps: 1.5}}
  owner_phone: {{driver: phone.adb, operator: "@operator", serial: R5CT, server: "10.0.0.5:5037"}}
{VEHICLE}"""


def written(folder: Path, text: str) -> Path:
    (folder / "pin.txt").write_text("284917\n", encoding="ascii")
    return bench_file(folder, text)


def test_a_virtual_one_is_opened_and_moves(tmp_path: Path) -> None:
    with opened(load_bench(written(tmp_path, VIRTUAL))) as bench:
        assert bench.simulated
        who = {record.name: record for record in bench.records}
        assert who["stage"].model == "XY gantry"
        assert who["owner_phone"].firmware == "Android 13, com.example.mini 5.2.1"
        phone = bench.of(Phone)["handset"]
        bench.of(Stage)["stage"].place(phone, Point(0.1, 2.0, 1.0))
        assert "284917" not in repr(bench.records)


def test_a_real_one_is_read(tmp_path: Path) -> None:
    assert len(load_bench(written(tmp_path, REAL)).devices) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('carriage: "@operator"', 'carriage: "@owner_phone"'),
        ("direction: [0, -1, 0]", "direction: [0, -1]"),
        ("top_speed_mps: 1.5", "speed: 1.5"),
        ("serial: R5CT, ", ""),
        ('server: "10.0.0.5:5037"', "pin: none.txt"),
    ],
)
def test_what_is_wrong_in_it_is_found_before_anything_moves(
    tmp_path: Path, old: str, new: str
) -> None:
    assert old in REAL
    with pytest.raises(BenchFileError):
        load_bench(written(tmp_path, REAL.replace(old, new)))
