"""A phone that has a key and no bond pairs with its vehicle; afterwards it has one."""

from __future__ import annotations

import pytest
from bumble.smp import OobContext

from drivers.sim.phone_ble.pairing import first_approach
from rig.digital_key import ble_messages as dk
from tests.drivers.sim.phone.applet_bench import DEVICES
from tests.drivers.sim.phone_ble.drive import FIRST_APPROACH, Drive
from tests.drivers.sim.phone_ble.small_vehicle import ADDRESS

INTERVAL_S = 0.030


def test_the_channel_of_a_first_approach_is_opened_before_the_link_is_encrypted(
    scene: Drive,
) -> None:
    scene.comes()
    request = scene.vehicle.accepts_first_approach()
    assert scene.vehicle.encrypted_then == [False]
    assert request.address.hex(":").upper() == scene.bluetooth.address
    scene.vehicle.hears(dk.TimeSync)
    assert scene.vehicle.links[0].encryption
    assert scene.vehicle.links[0].authenticated


def test_time_sync_names_the_beginning_of_the_connection(scene: Drive) -> None:
    scene.comes()
    time = scene.first_approach()
    began_ns = round(scene.vehicle.linked_s[0] * 1e9)
    clock = scene.bluetooth.ranging.clock
    assert (time.event_count, time.success) == (0, True)
    assert time.device_time_us == pytest.approx(clock.us(began_ns), abs=1)


def test_a_bonded_phone_encrypts_first_and_knows_the_channel(scene: Drive) -> None:
    scene.bonded()
    heard_s = scene.air.loop.loop.time() - scene.vehicle.linked_s[-1]
    assert scene.vehicle.encrypted_then == [False, True]
    # Two events to encrypt, two for the channel, one for Time_Sync: nothing is read any more.
    assert heard_s == pytest.approx(5 * INTERVAL_S, abs=1e-6)


def test_a_bond_that_the_vehicle_did_not_confirm_is_not_kept(scene: Drive) -> None:
    scene.comes()
    scene.vehicle.accepts_first_approach()
    scene.vehicle.hears(dk.TimeSync)
    scene.vehicle.hangs_up()
    assert scene.vehicle.hears(dk.FirstApproachRequest)
    assert scene.bluetooth.state().known.bonds == {}


def test_a_transaction_that_fails_leaves_no_bond(scene: Drive) -> None:
    scene.comes()
    scene.vehicle.accepts_first_approach()
    scene.vehicle.hears(dk.TimeSync)
    reader = scene.vehicle.reader(FIRST_APPROACH)
    reader.select()
    reader.auth0(fast=False)
    reader.auth1(DEVICES)
    reader.control_flow(0x00, 0x00)
    assert scene.bluetooth.state().known.bonds == {}


def test_a_vehicle_that_has_forgotten_the_bond_is_approached_again(scene: Drive) -> None:
    scene.comes()
    scene.first_approach()
    scene.vehicle.forgets_bonds()
    scene.vehicle.hangs_up()
    scene.first_approach()
    assert scene.vehicle.encrypted_then == [False, False]


def test_a_bond_with_another_key_on_each_side_is_forgotten(scene: Drive) -> None:
    scene.comes()
    scene.first_approach()
    earlier = scene.phone.state()
    scene.phone.clear()
    scene.phone.restore(earlier)
    scene.vehicle.mistakes_bonds()
    scene.first_approach()


def test_oob_data_of_another_vehicle_is_refused(scene: Drive) -> None:
    scene.comes()
    scene.vehicle.hears(dk.FirstApproachRequest)
    shared = OobContext().share()
    scene.vehicle.says(dk.FirstApproachResponse(bytes(6), shared.c, shared.r))
    event = scene.vehicle.hears(dk.Event)
    assert event.code == dk.CommandComplete.OOB_MISMATCH
    scene.passes(1.0)
    assert len(scene.vehicle.ends) == 1


def test_a_pairing_with_wrong_oob_data_fails(scene: Drive) -> None:
    scene.comes()
    request = scene.vehicle.hears(dk.FirstApproachRequest)
    assert request.confirm != bytes(16)
    address = bytes.fromhex(ADDRESS.replace(":", ""))
    scene.vehicle.says(dk.FirstApproachResponse(address, bytes(16), bytes(16)))
    assert scene.vehicle.hears(dk.Event).code == dk.CommandComplete.BLE_PAIRING_FAILED
    assert scene.bluetooth.state().known.bonds == {}
    assert not scene.bluetooth.connected


def test_a_vehicle_that_never_answers_is_left_alone_for_a_while(scene: Drive) -> None:
    scene.comes()
    scene.vehicle.hears(dk.FirstApproachRequest)
    assert scene.vehicle.hears_nothing(9.0)
    assert scene.vehicle.hears(dk.FirstApproachRequest)  # on another link
    assert len(scene.vehicle.links) == 2


def test_secrets_do_not_print(scene: Drive) -> None:
    scene.comes()
    scene.first_approach()
    memory = scene.bluetooth.state()
    (bond,) = memory.known.bonds.values()
    shown = repr((memory, scene.bluetooth.ranging.session))
    assert bond.ltk.hex() not in shown
    assert repr(bond.ltk) not in shown
    assert scene.ursk.hex() not in shown
    assert first_approach.__doc__ is not None
