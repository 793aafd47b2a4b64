"""When a phone looks for its vehicle, and what ends a link."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.api.errors import DriverError
from drivers.api.phone_controls import KeyOption
from drivers.sim.ble_air import BleAir
from drivers.sim.phone import VirtualPhone
from drivers.sim.world import World
from rig.digital_key import ble_messages as dk
from tests.drivers.sim.phone.applet_bench import DEVICES, VEHICLE_ID
from tests.drivers.sim.phone.held_in_hand import PLACE, OpenField
from tests.drivers.sim.phone.test_wallet_file import a_key, a_wallet
from tests.drivers.sim.phone_ble.drive import RANGING, Drive, drive
from tests.drivers.sim.phone_ble.small_vehicle import ADDRESS

WHILE_S = 10.0
TIMED_OUT, POLITE = 0x08, 0x13


def links(scene: Drive) -> int:
    """How many there have been, after a while."""
    scene.passes(WHILE_S)
    return len(scene.vehicle.links)


def test_a_phone_that_is_far_away_does_not_connect(scene: Drive) -> None:
    assert links(scene) == 0


def test_it_connects_within_two_scan_intervals(scene: Drive) -> None:
    began_s = scene.air.loop.loop.time()
    scene.comes()
    scene.first_approach()
    assert scene.vehicle.linked_s[0] - began_s < 2 * 0.55


def test_where_a_scan_stands_when_it_comes_near_is_chance_of_the_seed(tmp_path: Path) -> None:
    waits = []
    for seed in (1, 1, 2, 3):
        with drive(tmp_path, seed) as scene:
            began_s = scene.air.loop.loop.time()
            scene.comes()
            scene.vehicle.accepts_first_approach()
            waits.append(round(scene.vehicle.linked_s[0] - began_s, 6))
    assert waits[0] == waits[1]
    assert len(set(waits)) == 3


def test_walking_out_of_range_ends_the_link_by_its_supervision(scene: Drive) -> None:
    scene.comes()
    scene.first_approach()
    scene.goes()
    assert links(scene) == 1
    assert scene.vehicle.ends == [TIMED_OUT]
    assert not scene.bluetooth.connected


def test_a_link_that_was_hung_up_comes_back_after_a_second(scene: Drive) -> None:
    scene.comes()
    scene.first_approach()
    scene.vehicle.hangs_up()
    began_s = scene.air.loop.loop.time()
    scene.vehicle.hears(dk.TimeSync)
    assert 1.0 < scene.vehicle.linked_s[1] - began_s < 1.0 + 2 * 0.55


def test_airplane_mode_ends_it_at_once_and_keeps_it_away(scene: Drive) -> None:
    scene.bonded()
    setup = scene_ranges(scene)
    scene.phone.radios.set_airplane(on=True)
    scene.passes(0.1)
    assert scene.vehicle.ends[-1] == POLITE
    assert scene.calls(setup, 5) is None  # UWB is off too
    assert links(scene) == 2
    scene.phone.radios.set_airplane(on=False)
    assert scene.bluetooth.ranging.session is None
    assert links(scene) == 3


def scene_ranges(scene: Drive) -> dk.RangingSetupResponse:
    setup = scene.ranges()
    assert scene.calls(setup, 1) is not None
    return setup


def test_passive_entry_is_an_option(scene: Drive) -> None:
    scene.phone.options.set(KeyOption.PASSIVE_ENTRY, on=False)
    scene.comes()
    assert links(scene) == 0
    scene.phone.options.set(KeyOption.PASSIVE_ENTRY, on=True)
    scene.first_approach()
    scene.phone.options.set(KeyOption.PASSIVE_ENTRY, on=False)
    scene.passes(1.0)
    assert scene.vehicle.ends == [POLITE]
    assert links(scene) == 1


@pytest.mark.parametrize("end", ["drain", "shut_down"])
def test_a_phone_that_is_off_has_no_bluetooth_whatever_its_reserve(scene: Drive, end: str) -> None:
    scene.comes()
    scene.first_approach()
    getattr(scene.phone.battery, end)()
    assert links(scene) == 1
    assert scene.vehicle.ends == [POLITE]
    scene.phone.battery.charge()
    assert links(scene) == 2


def test_a_removed_key_is_of_no_use_any_more(scene: Drive) -> None:
    scene.comes()
    scene.first_approach()
    scene.phone.wallet.remove(scene.phone.wallet.listed()[0].vehicle)
    assert links(scene) == 1
    assert scene.vehicle.ends == [POLITE]
    assert scene.bluetooth.state().known.bonds == {}
    assert scene.bluetooth.state().ranging_keys == ()


def test_without_ultra_wideband_there_is_no_passive_entry(tmp_path: Path) -> None:
    with drive(tmp_path, ultra_wideband=False) as scene:
        scene.comes()
        assert links(scene) == 0


def test_a_key_that_does_not_know_its_vehicle_s_address_is_none_for_bluetooth(
    tmp_path: Path,
) -> None:
    with drive(tmp_path) as scene:
        scene.phone.clear()
        scene.comes()
        assert links(scene) == 0


def test_a_bluetooth_transaction_does_not_disturb_one_at_a_reader(scene: Drive) -> None:
    field = OpenField(scene.world)
    scene.comes()
    scene.first_approach()
    scene.phone.present(PLACE)
    contactless = scene.vehicle.reader()
    contactless.send = field.send
    contactless.select()
    contactless.auth0(fast=False)
    scene.transaction(RANGING)
    contactless.auth1(DEVICES)
    contactless.control_flow(0x01, 0x00)


def test_the_link_s_end_resets_the_applet(scene: Drive) -> None:
    scene.bonded()
    reader = scene.vehicle.reader()
    reader.select()
    reader.auth0(fast=False)
    scene.vehicle.hangs_up()
    scene.vehicle.hears(dk.TimeSync)
    assert scene.vehicle.exchange(bytes.fromhex("803C0000")).hex() == "6985"


def test_a_phone_is_put_back_to_an_earlier_state(scene: Drive) -> None:
    fresh = scene.phone.state()
    scene.comes()
    scene.first_approach()
    bonded = scene.phone.state()
    scene.phone.restore(fresh)
    assert scene.bluetooth.state().known.bonds == {}
    assert scene.bluetooth.state().ranging_keys == ()
    scene.phone.restore(bonded)
    scene.vehicle.hears(dk.TimeSync)  # it is still near, and has its bond again
    assert len(scene.bluetooth.state().ranging_keys) == 1


def test_a_phone_without_an_air_is_as_before() -> None:
    with World() as world, VirtualPhone(world) as phone:
        assert phone.bluetooth is None
        assert phone.remote.offered(bytes(8)) == ()
        phone.restore(phone.state())


def test_an_air_of_another_kind_is_refused(tmp_path: Path) -> None:
    class Elsewhere(BleAir):
        """Would do."""

    wallet = a_wallet(tmp_path, a_key())
    with World(time="virtual") as world, Elsewhere(world) as air:
        VirtualPhone(world, wallet, "mine", air=air).close()
        with pytest.raises(DriverError, match=r"sim\.ble_air"):
            VirtualPhone(world, wallet, "mine", air=object())  # type: ignore[arg-type]


def test_it_finds_the_vehicle_that_is_there_among_all_it_has_keys_for(tmp_path: Path) -> None:
    elsewhere = a_key(vehicle="00" * 8, bluetooth={"address": "C4:4D:49:00:00:09"})
    here = a_key(bluetooth={"address": ADDRESS})
    with drive(tmp_path, keys=(elsewhere, here)) as scene:
        scene.comes()
        scene.first_approach()
        assert scene.phone.remote.offered(VEHICLE_ID) != ()
        assert scene.phone.remote.offered(bytes(8)) == ()


def test_a_phone_that_is_put_away_looks_for_nothing(scene: Drive) -> None:
    scene.phone.close()
    scene.comes()
    assert links(scene) == 0


def test_a_link_that_is_cut_at_any_moment_leaves_the_next_one_as_it_was(scene: Drive) -> None:
    """A channel's request that is never answered, for one, must not stand in the way for ever."""
    for after_ms in range(0, 900, 15):
        before = len(scene.vehicle.links)
        scene.comes()
        while len(scene.vehicle.links) == before:
            scene.passes(0.005)
        scene.passes(after_ms / 1000)
        scene.air.cut()
        scene.goes()
        scene.passes(3.0)
    scene.comes()
    scene.first_approach()
