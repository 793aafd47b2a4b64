"""More than one phone on an air: each has its own link, and its own answers."""

from __future__ import annotations

from pathlib import Path as File

from drivers.api.space import Path, Point
from drivers.sim.motion import Motion
from drivers.sim.phone import VirtualPhone
from rig.digital_key import ble_messages as dk
from tests.drivers.sim.phone.test_wallet_file import a_key, a_wallet
from tests.drivers.sim.phone_ble.drive import Drive
from tests.drivers.sim.phone_ble.small_vehicle import ADDRESS


def test_a_second_phone_has_its_own_address_and_its_own_first_approach(
    scene: Drive, tmp_path: File
) -> None:
    wallet = a_wallet(tmp_path, a_key(bluetooth={"address": ADDRESS}))
    with VirtualPhone(scene.world, wallet, "mine", air=scene.air) as second:
        assert second.bluetooth is not None
        assert second.bluetooth.address != scene.bluetooth.address
        setup_of_first(scene)
        scene.vehicle.advertises_again()
        there = Path((Point(1.0, 1.0, 1.0),), 1.0)
        scene.world.motions.set(second, Motion(there, scene.world.clock.now_ns()))
        request = scene.vehicle.hears(dk.FirstApproachRequest)
        assert request.address.hex(":").upper() == second.bluetooth.address
        assert scene.bluetooth.connected  # still


def test_a_phone_without_the_session_leaves_the_answer_to_the_other(
    scene: Drive, tmp_path: File
) -> None:
    wallet = a_wallet(tmp_path, a_key(bluetooth={"address": ADDRESS}))
    with VirtualPhone(scene.world, wallet, "mine", air=scene.air) as second:
        nearer = Path((Point(0.1, 1.0, 1.0),), 1.0)
        scene.world.motions.set(second, Motion(nearer, scene.world.clock.now_ns()))
        scene.world.motions.set(second, None)
        setup = setup_of_first(scene)
        reply = scene.calls(setup, 2)
        assert reply is not None
        assert reply.at == Point(3.0, 0.0, 1.0)


def setup_of_first(scene: Drive) -> dk.RangingSetupResponse:
    scene.bonded()
    return scene.ranges()
