"""Each fault that can be planted in a phone's Bluetooth half does what it says."""

from __future__ import annotations

import pytest

from drivers.sim.phone_ble.misbehaviour import BleFault, Step
from rig.digital_key import ble_messages as dk
from tests.drivers.sim.phone_ble.drive import SETUP, Drive


def test_a_phone_may_open_its_channel_and_say_nothing(scene: Drive) -> None:
    with scene.bluetooth.misbehave(BleFault.NO_FIRST_APPROACH):
        scene.comes()
        assert scene.vehicle.hears_nothing(5.0)
    assert scene.vehicle.encrypted_then == [False]


def test_a_bonded_phone_may_leave_its_link_unencrypted(scene: Drive) -> None:
    scene.comes()
    scene.first_approach()
    with scene.bluetooth.misbehave(BleFault.UNENCRYPTED):
        scene.vehicle.hangs_up()
        scene.vehicle.hears(dk.TimeSync)
    assert scene.vehicle.encrypted_then == [False, False]


@pytest.mark.parametrize(
    "at",
    [dk.TimeSync, dk.RangingSessionResponse, dk.RangingSetupResponse, dk.ApduResponse],
)
def test_a_phone_may_keep_a_message_back(scene: Drive, at: type[dk.DkMessage]) -> None:
    scene.comes()
    scene.first_approach()
    with scene.bluetooth.misbehave(BleFault.SILENT, at=at):
        scene.vehicle.hangs_up()
        if at is not dk.TimeSync:
            scene.vehicle.hears(dk.TimeSync)
            provoke(scene, at)
        assert scene.vehicle.hears_nothing()
    assert scene.bluetooth.connected


def provoke(scene: Drive, at: type[dk.DkMessage]) -> None:
    """Have the phone say it next."""
    if at is dk.ApduResponse:
        select = bytes.fromhex("00A404000DA000000809434343444B41763100")
        scene.vehicle.says(dk.ApduRequest(kind=dk.ApduKind.SECURE_ELEMENT, apdu=select))
        return
    scene.vehicle.says(scene.session_request())
    if at is dk.RangingSetupResponse:
        scene.vehicle.hears(dk.RangingSessionResponse)
        scene.vehicle.says(SETUP)


@pytest.mark.parametrize("step", [Step.CONNECTED, Step.ENCRYPTED, Step.SERVICE_READ])
def test_a_phone_may_drop_the_link_before_its_channel(scene: Drive, step: Step) -> None:
    scene.comes()
    scene.first_approach()
    with scene.bluetooth.misbehave(BleFault.DROPS, at=step):
        scene.vehicle.hangs_up()
        assert scene.vehicle.hears_nothing(5.0)
    assert len(scene.vehicle.links) > 2
    assert len(scene.vehicle.channels) == 1


def test_a_phone_may_drop_the_link_with_its_channel_open(scene: Drive) -> None:
    with scene.bluetooth.misbehave(BleFault.DROPS, at=Step.CHANNEL_OPENED):
        scene.comes()
        assert scene.vehicle.hears_nothing(5.0)
    assert len(scene.vehicle.channels) >= 2


def test_a_phone_may_drop_the_link_when_it_is_paired(scene: Drive) -> None:
    with scene.bluetooth.misbehave(BleFault.DROPS, at=Step.PAIRED):
        scene.comes()
        scene.vehicle.accepts_first_approach()
        assert scene.vehicle.hears_nothing(0.5)
    assert scene.vehicle.ends


def test_a_phone_may_drop_the_link_in_the_place_of_a_message(scene: Drive) -> None:
    scene.bonded()
    with scene.bluetooth.misbehave(BleFault.DROPS, at=dk.RangingSetupResponse):
        provoke(scene, dk.RangingSetupResponse)
        assert scene.vehicle.hears_nothing(0.5)
    assert len(scene.vehicle.ends) == 2


def test_a_phone_may_replay_what_it_said_before(scene: Drive) -> None:
    scene.bonded()
    first = scene.ranges()
    with scene.bluetooth.misbehave(BleFault.REPLAYS, at=dk.RangingSetupResponse):
        assert scene.ranges() == first
    again = scene.ranges()
    assert (again.sts_index0, again.time0_us) != (first.sts_index0, first.time0_us)


def test_a_phone_may_alter_a_message(scene: Drive) -> None:
    scene.bonded()
    with scene.bluetooth.misbehave(BleFault.ALTERS, at=dk.RangingSetupResponse):
        assert scene.ranges().sync_code == 9 ^ 1


def test_a_phone_may_send_random_bytes(scene: Drive) -> None:
    scene.bonded()
    scene.vehicle.says(scene.session_request())
    good = scene.vehicle.hears_bytes()
    with scene.bluetooth.misbehave(BleFault.GARBAGE, at=dk.RangingSessionResponse):
        scene.vehicle.says(scene.session_request())
        bad = scene.vehicle.hears_bytes()
    assert len(bad) == len(good)
    assert bad != good


@pytest.mark.parametrize("fault", [BleFault.WRONG_URSK, BleFault.WRONG_STS])
def test_a_phone_may_range_with_what_does_not_fit(scene: Drive, fault: BleFault) -> None:
    scene.bonded()
    setup = scene.ranges()
    with scene.bluetooth.misbehave(fault):
        reply = scene.calls(setup, 3)
        assert reply is not None
        assert not reply.sts_fits
    reply = scene.calls(setup, 4)
    assert reply is not None
    assert reply.sts_fits
