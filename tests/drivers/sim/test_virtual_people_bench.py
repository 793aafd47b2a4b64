"""Everything a person carries can be named in a bench file, with all of its options."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from drivers.api.attested import DeviceMaker
from drivers.api.backend import InternetUser
from drivers.api.clock import TimeSource
from drivers.api.phone import KeyHolder, Phone, PhoneRack, SetupCard, Watch
from drivers.api.restorable import Restorable
from drivers.api.sharing import Platform
from rig.bench.build import opened
from rig.bench.load import load_bench
from tests.drivers.sim.phone.held_in_hand import KEYS

BENCH = """
name: people
devices:
  world: {driver: sim.world, seed: 7, start: "2026-06-01"}
  air: {driver: sim.ble_air, world: "@world"}
  owner_phone:
    driver: sim.phone
    world: "@world"
    platform: samsung
    ultra_wideband: false
    watch_capable: true
    model: Galaxy S24
    system: "15"
    provider: another
    market: DE
    reserve_h: 4.5
    air: "@air"
  plain_phone: {driver: sim.phone, world: "@world"}
  watch: {driver: sim.watch, world: "@world", phone: "@owner_phone", platform: wear_os}
  setup_card: {driver: sim.setup_card, world: "@world", serial: SC-1, secret: a-secret-of-this-card}
  rack: {driver: sim.phone_rack, world: "@world", count: 3, platform: pixel}
vehicle:
  keyring: KEYRING
  model: cooper
  model_year: 2026
  os: 9
  options: [322]
  key: digital_key
"""


def test_a_bench_file_names_them_all(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(BENCH.replace("KEYRING", str(KEYS / "vehicle.json")), encoding="utf-8")
    with opened(load_bench(file)) as bench:
        devices = bench.devices
        phone, rack = devices["owner_phone"], devices["rack"]
        assert isinstance(devices["world"], TimeSource)
        assert isinstance(phone, Phone)
        assert isinstance(rack, PhoneRack)
        assert (phone.platform, phone.ultra_wideband) == (Platform.SAMSUNG, False)
        assert [p.name for p in rack.phones()] == ["rack_1", "rack_2", "rack_3"]
        assert isinstance(devices["watch"], Watch)
        assert isinstance(devices["setup_card"], SetupCard)
        for name in ("owner_phone", "plain_phone", "watch", "rack"):
            assert isinstance(devices[name], InternetUser)
            assert isinstance(devices[name], Restorable)
        assert isinstance(phone, DeviceMaker)
        assert all(finding.ok for device in devices.values() for finding in device.self_test())
        for device in devices.values():
            assert device.identity().make == "Digital Key Rig"
            if isinstance(device, KeyHolder):
                device.present("tray")
                device.withdraw()


@pytest.mark.parametrize(
    "module",
    [
        "phone.applet",
        "phone_framework.session",
        "phone_wallet.entries",
        "phone_app.visit",
        "phone_ble.half",
        "ble_air.wire",
        "keycard",
        "setup_card",
    ],
)
def test_any_part_of_a_phone_can_be_loaded_first(module: str) -> None:
    """The parts know each other; in which order they are loaded must not matter."""
    program = f"import drivers.sim.{module}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
