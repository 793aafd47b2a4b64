"""Ranging as a phone agrees to it, and who is answered in which block."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drivers.api.space import Point
from rig.digital_key import ble_messages as dk
from rig.digital_key.settings import Settings
from tests.drivers.sim.phone_ble.drive import SETUP, Drive

EVENT_S = 0.030


def refused(scene: Drive, request: dk.DkMessage) -> tuple[int, int]:
    """Category and code of the event that answers it."""
    scene.vehicle.says(request)
    event = scene.vehicle.hears(dk.Event)
    return event.category, event.code


def wrong(code: dk.CommandComplete = dk.CommandComplete.WRONG_PARAMETERS) -> tuple[int, int]:
    return dk.EventCategory.COMMAND_COMPLETE, code


def status(code: dk.RangingStatus) -> tuple[int, int]:
    return dk.EventCategory.RANGING_STATUS, code


# --- agreeing -------------------------------------------------------------------------------------


def test_it_chooses_of_what_both_can_do(scene: Drive) -> None:
    scene.bonded()
    offer = dk.RangingCapabilityRequest(
        versions=(0x0200, 0x0100), configs=(1, 0), combos=bytes((0x22, 0x11))
    )
    scene.vehicle.says(offer)
    chosen = scene.vehicle.hears(dk.RangingCapabilityResponse)
    assert chosen == dk.RangingCapabilityResponse(version=0x0100, config=0, combo=0x11)
    assert refused(scene, replace(offer, versions=(0x0200,))) == wrong()


def test_a_session_needs_its_key(scene: Drive) -> None:
    scene.bonded()
    request = scene.session_request()
    strange = replace(request, session_id=scene.session_id ^ 1)
    assert refused(scene, strange) == status(dk.RangingStatus.URSK_NOT_FOUND)
    scene.vehicle.says(request)
    answer = scene.vehicle.hears(dk.RangingSessionResponse)
    assert (answer.ran_multiplier, answer.channel) == (1, 9)
    assert answer.hopping & dk.Hop.CONTINUOUS  # which is mandatory


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channels": 0x01}, dk.CommandComplete.UNSUPPORTED_CHANNEL),
        ({"version": 0x0200}, dk.CommandComplete.WRONG_PARAMETERS),
        ({"config": 7}, dk.CommandComplete.WRONG_PARAMETERS),
        ({"combo": 0x22}, dk.CommandComplete.WRONG_PARAMETERS),
    ],
)
def test_a_session_it_cannot_have_is_refused(
    scene: Drive, changes: dict[str, int], code: dk.CommandComplete
) -> None:
    scene.bonded()
    request = replace(scene.session_request(), **changes)
    assert refused(scene, request) == wrong(code)


@pytest.mark.parametrize(
    "changes",
    [
        {"ran_multiplier": 0},
        {"chaps": 5},
        {"chaps": 24},  # for testing only
        {"slots_per_round": 7},
        {"responders": 9},
        {"sync_codes": 0x01},
        {"hopping": dk.Hop.CONTINUOUS | dk.Hop.AES},
        {"hopping": dk.Hop.CONTINUOUS | dk.Hop.ADAPTIVE},
    ],
)
def test_a_layout_it_cannot_have_is_refused(scene: Drive, changes: dict[str, int]) -> None:
    scene.bonded()
    scene.vehicle.says(scene.session_request())
    scene.vehicle.hears(dk.RangingSessionResponse)
    assert refused(scene, replace(SETUP, **changes)) == wrong()
    assert scene.bluetooth.ranging.session is None


def test_a_set_up_without_a_session_is_refused(scene: Drive) -> None:
    scene.bonded()
    assert refused(scene, SETUP) == wrong()


def test_bytes_that_are_no_message_are_answered_and_the_dialogue_goes_on(scene: Drive) -> None:
    scene.bonded()
    for hostile in (b"\x00", bytes.fromhex("02030001AA"), bytes.fromhex("7F7F0000"), bytes(200)):
        scene.vehicle.says_bytes(hostile)
        assert scene.vehicle.hears(dk.Event).code == dk.CommandComplete.WRONG_PARAMETERS
    scene.ranges()


def test_messages_that_are_the_device_s_own_are_refused(scene: Drive) -> None:
    scene.bonded()
    assert refused(scene, dk.SuspendResponse(status=0)) == wrong()


def test_the_framework_is_not_reached_over_bluetooth(scene: Drive) -> None:
    scene.bonded()
    request = dk.ApduRequest(kind=dk.ApduKind.FRAMEWORK, apdu=bytes(4))
    assert refused(scene, request) == wrong(dk.CommandComplete.GENERAL_ERROR)


def test_a_phy_update_brings_the_time_of_its_event(scene: Drive) -> None:
    scene.bonded()
    scene.passes(1.0)
    scene.vehicle.asks_for_time()
    time = scene.vehicle.hears(dk.TimeSync)
    event_ns = round((scene.vehicle.linked_s[-1] + time.event_count * EVENT_S) * 1e9)
    assert time.event_count > 30
    assert time.device_time_us == pytest.approx(scene.bluetooth.ranging.clock.us(event_ns), abs=1)


def test_settings_reach_the_wire(scene: Drive) -> None:
    scene.comes()
    scene.first_approach()
    scene.world.settings = Settings(time_sync_order="little")
    scene.vehicle.asks_for_time()
    data = scene.vehicle.hears_bytes()
    time = dk.decode(data, scene.world.settings)
    assert isinstance(time, dk.TimeSync)
    assert time.event_count < 1000
    assert dk.decode(data) != time


# --- answering ------------------------------------------------------------------------------------


def test_an_anchor_is_answered_from_where_the_phone_is(scene: Drive) -> None:
    scene.bonded()
    setup = scene.ranges()
    reply = scene.calls(setup, 3)
    assert reply is not None
    assert (reply.at, reply.sts_fits) == (Point(3.0, 0.0, 1.0), True)


def test_another_key_or_index_does_not_fit(scene: Drive) -> None:
    scene.bonded()
    setup = scene.ranges()
    for wrong_call in ({"ursk": bytes(32)}, {"shift": 1}, {"shift": -1}, {"shift": 48}):
        reply = scene.calls(setup, 3, **wrong_call)
        assert reply is not None
        assert not reply.sts_fits


@pytest.mark.parametrize(("late_s", "heard"), [(0.0149, True), (0.0151, False), (-0.0151, False)])
def test_an_anchor_has_to_call_about_when_a_block_begins(
    scene: Drive, late_s: float, heard: bool
) -> None:
    scene.bonded()
    setup = scene.ranges()
    assert (scene.calls(setup, 2, late_s=late_s) is not None) is heard


def test_an_anchor_is_told_how_late_the_pre_poll_was_and_keeps_step_from_then_on(
    scene: Drive,
) -> None:
    scene.bonded()
    setup = scene.ranges()
    early_s = -0.004
    for block in range(5):
        reply = scene.calls(setup, block, late_s=early_s)
        assert reply is not None
        assert reply.late_ns == pytest.approx(-early_s * 1e9, abs=2000)
        early_s += reply.late_ns / 1e9 + 0.001  # it follows, and goes wrong again until the next
    assert scene.calls(setup, 9, late_s=0.0021) is None  # this one has lost step
    other = Point(0, -1, 1)
    assert scene.calls(setup, 9, late_s=0.0021, anchor=other) is not None  # it has met none yet


def test_who_does_not_fit_learns_nothing_of_the_time(scene: Drive) -> None:
    scene.bonded()
    setup = scene.ranges()
    reply = scene.calls(setup, 1, late_s=0.004, shift=1)
    assert reply is not None
    assert (reply.sts_fits, reply.late_ns) == (False, 0)


def test_nobody_is_answered_before_the_first_block(scene: Drive) -> None:
    scene.bonded()
    setup = scene.ranges()
    assert scene.calls(setup, -1) is None
    assert setup.time0_us > scene.bluetooth.ranging.clock.us(scene.world.clock.now_ns())


def test_a_session_that_hops_has_the_round_of_its_key(scene: Drive) -> None:
    scene.bonded()
    setup = scene.ranges(replace(SETUP, hopping=dk.Hop.CONTINUOUS | dk.Hop.DEFAULT_SEQUENCE))
    fits = []
    for block in range(20):
        seed = (block + setup.hop_key) % 0x10000
        hop = (seed * seed % 65521) * 4 >> 16
        reply = scene.calls(setup, block, shift=hop * 12)
        assert reply is not None
        fits.append(reply.sts_fits)
    assert all(fits)


def test_a_suspended_session_is_silent_until_it_is_recovered(scene: Drive) -> None:
    scene.bonded()
    first = scene.ranges()
    scene.passes(1.0)
    scene.vehicle.says(dk.SuspendRequest(scene.session_id))
    assert scene.vehicle.hears(dk.SuspendResponse).status == dk.SuspendStatus.ACCEPTED
    assert scene.calls(first, 12) is None
    scene.vehicle.says(dk.RecoveryRequest(scene.session_id))
    again = scene.vehicle.hears(dk.RecoveryResponse)
    assert again.sts_index0 > first.sts_index0
    assert scene.calls(first, 20) is None or not scene.calls(first, 20).sts_fits  # type: ignore[union-attr]
    recovered = replace(first, sts_index0=again.sts_index0, time0_us=again.time0_us)
    reply = scene.calls(recovered, 1, anchor=Point(1, 1, 1))
    assert reply is not None
    assert reply.sts_fits


def test_a_recovery_may_change_the_length_of_a_block(scene: Drive) -> None:
    scene.bonded()
    scene.ranges()
    scene.vehicle.says(dk.SuspendRequest(scene.session_id))
    scene.vehicle.hears(dk.SuspendResponse)
    scene.vehicle.says(dk.ConfigurableRecoveryRequest(scene.session_id, 3))
    again = scene.vehicle.hears(dk.ConfigurableRecoveryResponse)
    session = scene.bluetooth.ranging.session
    assert session is not None
    assert (again.ran_multiplier, session.grid.block_us) == (3, 288_000)
    assert (session.time0_us, session.runs) == (again.time0_us, True)


def test_what_is_not_there_cannot_be_recovered_or_suspended(scene: Drive) -> None:
    scene.bonded()
    failed = status(dk.RangingStatus.RECOVERY_FAILED)
    assert refused(scene, dk.RecoveryRequest(scene.session_id)) == failed
    assert refused(scene, dk.SuspendRequest(scene.session_id)) == wrong()


def test_the_vehicle_may_end_it(scene: Drive) -> None:
    scene.bonded()
    setup = scene.ranges()
    scene.vehicle.says(dk.Event(dk.EventCategory.RANGING_STATUS, dk.RangingStatus.TERMINATED))
    scene.passes(0.1)
    assert scene.calls(setup, 3) is None


def test_it_ranges_for_two_seconds_when_the_link_is_gone(scene: Drive) -> None:
    scene.bonded()
    setup = scene.ranges()
    scene.vehicle.falls_silent()
    scene.air.cut()
    scene.passes(1.9)
    assert scene.calls(setup, 19) is not None
    scene.passes(0.2)
    assert scene.calls(setup, 21) is None


def test_a_ranging_key_is_over_after_twelve_hours_for_a_session_that_runs_too(
    scene: Drive,
) -> None:
    scene.bonded()
    setup = scene.ranges()
    scene.world.clock.advance(timedelta(hours=11, minutes=59))
    assert scene.calls(setup, 3) is not None
    scene.world.clock.advance(timedelta(minutes=1))
    assert scene.calls(setup, 3) is None
    request = scene.session_request()
    assert refused(scene, request) == status(dk.RangingStatus.URSK_NOT_FOUND)
    scene.transaction()
    assert scene.calls(scene.ranges(), 1) is not None


def test_a_relay_that_delays_is_not_answered(scene: Drive) -> None:
    scene.comes()
    scene.first_approach()
    scene.goes()
    scene.passes(10.0)
    scene.air.delay_s = 0.020
    scene.comes()
    time = scene.vehicle.hears(dk.TimeSync)
    setup = scene.ranges()
    # The vehicle takes its own event 0 for the phone's: its clock is late by the delay.
    began_ns = round(scene.vehicle.linked_s[-1] * 1e9)
    clock = scene.bluetooth.ranging.clock
    error_s = (clock.us(began_ns) - time.device_time_us) / 1e6
    assert error_s == pytest.approx(0.020, abs=1e-5)
    assert scene.calls(setup, 1, late_s=error_s) is None
