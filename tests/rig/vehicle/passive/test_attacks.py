"""What must not open the vehicle, and under which name the trace has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drivers.api.space import Point
from drivers.api.uwb import Measurement, RangeStatus
from rig.digital_key import ble_messages as dk
from rig.vehicle.passive.approach import Approach, ApproachEnding
from tests.rig.vehicle.passive.phones import FAR, Phone
from tests.rig.vehicle.passive.radio import MemoryChannel
from tests.rig.vehicle.passive.scene import AT_THE_DOOR, Scene, scene
from tests.rig.vehicle.passive.walks import ANCHORS


def at_the_door(s: Scene) -> Phone:
    """A bonded phone that rests where it would open."""
    phone = s.phone()
    s.entry.start()
    phone.rest(AT_THE_DOOR)
    phone.approach()
    return phone


def stays_shut(s: Scene, seconds: float = 6.0) -> Approach:
    """Nothing moves; the approach as it stands, or ended."""
    assert s.entry.next_movement(seconds) is None
    assert s.locked
    s.entry.raise_fault()
    return s.entry.take_approaches()[-1]


def test_the_scene_opens_where_nobody_attacks() -> None:
    with scene() as s:
        at_the_door(s)
        assert s.entry.next_movement(6.0) is not None


def test_a_bonded_phone_without_encryption_gets_no_channel_and_is_cut() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        phone.rest(AT_THE_DOOR)
        link = phone.connect()
        assert not link.open_channel()
        approach = s.entry.next_approach(6.0)
        assert approach is not None
        assert approach.ending is ApproachEnding.REFUSED
        assert "no channel that may stay within 5 s" in approach.told
        assert "channel refused: not encrypted: 1" in approach.told
        assert not link.alive


def test_a_channel_that_the_radio_let_through_in_plain_is_closed_all_the_same() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        link = phone.connect()
        link.listener.channel_opened(link, MemoryChannel(link), s.clock.now_ns())
        assert stays_shut(s, 1.0).ending is ApproachEnding.REFUSED
        assert not link.alive


def test_a_stranger_s_open_channel_is_cut_after_five_seconds() -> None:
    with scene() as s:
        phone = s.phone(bonded=False)
        s.entry.start()
        link = phone.connect()
        s.clock.sleep(3.0)
        assert link.open_channel()
        phone.say(dk.Event(dk.EventCategory.RKE_REQUEST, 0, b"\x7f\x70\x00"))
        s.clock.sleep(4.9)
        assert link.alive
        approach = s.entry.next_approach(1.0)
        assert approach is not None
        assert "no channel that may stay within 5 s" in approach.told
        assert "unasked Event_Notification: rke request: 1" in approach.told


def test_a_message_that_is_replayed_is_unasked() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        phone.rest(FAR)
        phone.approach()
        s.clock.sleep(1.0)
        phone.say(dk.RangingSetupResponse(1, 2, 3, 9))
        phone.rest(FAR)
        told = stays_shut(s, 2.0).told
        assert "unasked Ranging_Session_Setup_RS: 1" in told


def test_a_set_up_of_an_earlier_connection_is_a_replay() -> None:
    """Its Time0 is long past; one that is a little late begins anew."""
    with scene() as s:
        phone = s.phone()
        earlier: list[dk.DkMessage] = []

        def replayed_set_up(_m: dk.DkMessage) -> dk.DkMessage:
            earlier.append(phone.begin_ranging())
            return earlier[0]

        phone.behaves[dk.RangingSetupRequest] = replayed_set_up
        s.entry.start()
        phone.rest(FAR)
        phone.approach()
        s.clock.sleep(3.0)
        assert phone.link is not None
        phone.link.drop("out of range")
        phone.rest(AT_THE_DOOR)
        phone.approach()
        approach = stays_shut(s)
        assert approach.ending is ApproachEnding.REFUSED
        assert "replayed: Time0 is long past: 1" in approach.told


def test_an_altered_message_ends_the_connection() -> None:
    with scene() as s:
        phone = at_the_door(s)
        s.clock.sleep(0.3)
        phone.say(b"\x05\x0d\x00\x17" + bytes(22))
        approach = stays_shut(s)
        assert approach.ending is ApproachEnding.REFUSED
        assert "malformed message: 1" in approach.told


def test_a_phone_that_ranges_with_another_key_fails_the_sts() -> None:
    with scene(sts_failures_most=5) as s:
        phone = at_the_door(s)
        phone.behaves[dk.ApduRequest] = lambda _m: None
        s.clock.sleep(0.25)
        phone.ursk = bytes(32)
        told = stays_shut(s, 1.0).told
        assert "STS failed" in told
        assert "secure ranging failed: 1" in told
        assert not any(anchor.ranging for anchor in s.anchors.values())
        status = next(m for m in phone.heard if isinstance(m, dk.Event))
        assert status.code == dk.RangingStatus.SECURE_RANGING_FAILED


def test_a_ursk_that_expires_ends_ranging_before_it_opens() -> None:
    with scene(ursk_life_min=720) as s:
        phone = s.phone()
        assert phone.key.ranging is not None
        s.entry.start()
        phone.rest(FAR)
        phone.behaves[dk.ApduRequest] = lambda _m: None
        phone.approach()
        s.clock.sleep(1.0)
        s.clock.advance(timedelta(hours=12))
        s.clock.sleep(0.6)
        assert not any(anchor.ranging for anchor in s.anchors.values())
        phone.rest(AT_THE_DOOR)
        assert "URSK expired: 1" in stays_shut(s).told


@pytest.mark.parametrize("added_ms", [5, 20, 50, 100])
def test_a_relayed_link_to_a_phone_far_away_opens_nothing(added_ms: int) -> None:
    """Bluetooth is relayed; ultra-wideband hears nobody, or somebody out of step."""
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        phone.rest(AT_THE_DOOR)
        phone.relay_ns = added_ms * 1_000_000
        phone.approach()
        told = stays_shut(s).told
        assert "nothing heard in 10 blocks: out of range, or relayed" in told
        assert f"Bluetooth round trip {30 + added_ms} ms at best" in told


def test_a_slow_link_is_named_a_relay_s() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        phone.rest(FAR)
        phone.relay_ns = 130_000_000
        phone.approach()
        assert "relayed: Bluetooth round trip 160 ms at best" in stays_shut(s).told


def replayed(s: Scene) -> None:
    first: dict[str, Measurement] = {}

    def alter(m: Measurement) -> Measurement:
        return first.setdefault("m", replace(m, sts_index=5001, block=0))

    s.alter = alter


def negative(s: Scene) -> None:
    s.alter = lambda m: replace(m, status=RangeStatus.NEGATIVE, distance_m=-2.0)


@pytest.mark.parametrize(
    ("attack", "name"), [(replayed, "replayed block"), (negative, "negative distance")]
)
def test_measurements_that_cannot_be_are_refused_by_name(attack: object, name: str) -> None:
    with scene() as s:
        attack(s)  # type: ignore[operator]
        at_the_door(s)
        assert name in stays_shut(s, 4.0).told


def test_short_distances_in_a_tenth_of_the_blocks_are_named_and_open_nothing() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        phone.rest(Point(AT_THE_DOOR.x_m, 4.0, 1.0))
        blocks: dict[int, bool] = {}

        def alter(m: Measurement) -> Measurement:
            t = s.clock.now_ns() // 48_000_000
            short = blocks.setdefault(t, s.chance.random() < 0.1)
            return replace(m, distance_m=0.4) if short else m

        s.alter = alter
        phone.approach()
        assert "faster than 3 m/s" in stays_shut(s, 20.0).told


def test_one_anchor_that_is_told_of_a_phone_nearby_disagrees_with_the_others() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        phone.rest(Point(0.0, 5.0, 1.0))
        shown = ANCHORS["rear"].distance_m(Point(0.0, 5.0, 1.0))
        s.alter = lambda m: (
            replace(m, distance_m=0.3) if abs((m.distance_m or 0) - shown) < 0.3 else m
        )
        phone.approach()
        assert "anchors disagree" in stays_shut(s).told


def test_a_second_phone_that_may_not_open_does_not() -> None:
    with scene() as s:
        owner = s.phone()
        second = s.phone("second", 2)
        second.key.opens = False
        s.entry.start()
        owner.rest(FAR)
        owner.approach()
        second.rest(AT_THE_DOOR)
        second.approach()
        told = stays_shut(s)
        assert told.ending is None or "second awaits its activation code" in told.told
