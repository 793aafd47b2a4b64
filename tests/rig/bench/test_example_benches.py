"""The example benches load as strictly as any, are of real devices, and say what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from drivers.api.device import Device
from rig.bench.build import driver_classes
from rig.bench.description import BenchDescription
from rig.bench.load import BENCHES, bench_files, load_bench
from rig.bench.registry import DRIVERS, is_virtual, usb_families
from rig.bench.udev import udev_rules
from rig.bench.usb_devices import usb_uses
from rig.vehicle.preflight import provisioning_mistakes, wiring_mistakes
from tests.rig.bench.test_udev_rules import mistakes

FOLDER = BENCHES / "examples"
EXAMPLES = sorted(FOLDER.glob("*.yaml"))
NOT_WHOLE = {"reader-desk", "calibration-corner"}
"""They say of themselves that no test of the vehicle runs on them."""


def loaded(path: Path) -> BenchDescription:
    """The bench, or a failure that names the drivers that this rig does not have."""
    devices = yaml.safe_load(path.read_text(encoding="utf-8"))["devices"]
    lacking = {entry["driver"] for entry in devices.values()} - DRIVERS.keys()
    assert not lacking, f"{path.name} needs drivers that are not registered: {sorted(lacking)}"
    return load_bench(path)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
class TestExample:
    """One of them."""

    def test_it_loads_under_its_own_name(self, path: Path) -> None:
        assert loaded(path).name == path.stem

    def test_every_device_is_a_real_one(self, path: Path) -> None:
        assert [e.name for e in loaded(path).devices if is_virtual(e.driver)] == []

    def test_a_run_would_accept_its_keys_settings_and_calibrations(self, path: Path) -> None:
        vehicle = loaded(path).vehicle
        assert [m.text for m in provisioning_mistakes(vehicle)] == []

    def test_the_vehicle_is_whole_unless_it_says_otherwise(self, path: Path) -> None:
        bench = loaded(path)
        classes: dict[str, type[Device]] = driver_classes(bench)
        wrong = [m.text for m in wiring_mistakes(classes, bench.vehicle.anchors)]
        assert bool(wrong) is (path.stem in NOT_WHOLE), wrong

    def test_its_udev_rules_are_such_as_udev_takes(self, path: Path) -> None:
        rules = udev_rules(usb_uses(loaded(path), usb_families()))
        lines = [line for line in rules if line.startswith("SUBSYSTEM")]
        assert [fault for line in lines for fault in mistakes(line)] == []

    def test_it_is_explained_in_the_file_and_in_the_list(self, path: Path) -> None:
        assert path.read_text(encoding="utf-8").startswith("# ")
        assert f"`{path.name}`" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_there_are_examples_and_none_can_be_run_by_mistake() -> None:
    assert len(EXAMPLES) >= 7
    assert not {path.stem for path in EXAMPLES} & bench_files().keys()
