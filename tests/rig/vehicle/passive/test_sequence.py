"""From the connection to the open door, and what becomes of it where a step fails."""

from __future__ import annotations

import pytest

from drivers.api.space import Path
from rig.digital_key import ble_messages as dk
from rig.measure.outcomes import Inconclusive, Unmet
from rig.vehicle.passive.approach import Approach, ApproachEnding
from rig.vehicle.passive.conditions import locked_passively, unlocked_passively
from tests.rig.vehicle.passive.phones import FAR, Phone
from tests.rig.vehicle.passive.scene import AT_THE_DOOR, Scene, scene

MARKS = "connected encrypted channel time_sync set_up first_range decided commanded feedback"


def begun(s: Scene, **more: object) -> Phone:
    """A bonded phone that has set out for the door and connects."""
    phone = s.phone(**more)  # type: ignore[arg-type]
    s.entry.start()
    phone.walk(Path((FAR, AT_THE_DOOR), 1.4))
    phone.approach()
    return phone


def ended(s: Scene) -> Approach:
    found = s.entry.next_approach(30)
    assert found is not None
    return found


def test_a_phone_that_comes_unlocks_and_when_it_goes_it_locks() -> None:
    with scene() as s:
        phone = begun(s)
        opened = unlocked_passively(s.entry).wait()
        assert s.unlocked
        assert opened.timeline is not None
        assert list(opened.timeline.marks) == MARKS.split()
        s.clock.sleep(3)
        phone.walk(Path((AT_THE_DOOR, FAR), 1.4))
        left = locked_passively(s.entry).wait()
        assert s.locked
        assert left.timeline is not None
        assert list(left.timeline.marks) == ["decided", "commanded", "feedback"]
        assert s.used == [phone.key, phone.key]
        told = [m for m in phone.heard if isinstance(m, dk.Event)]
        assert [dk.remote_status_of(m) for m in told] == [(1, 1, 0), (1, 0, 0)]


def test_the_record_has_every_step_and_shows_no_secret() -> None:
    with scene() as s:
        phone = begun(s)
        unlocked_passively(s.entry).wait()
        record = s.entry.take_approaches()[0].to_record("test", 2, 3)
        assert (record.place, record.outcome, record.number) == ("passive entry", "unlocked", 3)
        assert [step.name for step in record.steps] == [
            "Ranging_Capability_RQ, Ranging_Capability_RS",
            "Time_Sync",
            "Ranging_Session_RQ, Ranging_Session_RS",
            "Ranging_Session_Setup_RQ, Ranging_Session_Setup_RS",
            "Event_Notification: vehicle status",
        ]
        assert "too few ranges yet" in record.explanation
        assert "Bluetooth round trip 30 ms at best" in record.explanation
        told = repr(record)
        assert "c0ffee" not in told
        assert str(0xC0FFEE) not in told
        assert bytes(phone.ursk).hex() not in told


def test_an_approach_under_way_is_taken_once() -> None:
    with scene() as s:
        phone = begun(s)
        unlocked_passively(s.entry).wait()
        assert len(s.entry.take_approaches()) == 1
        assert phone.link is not None
        phone.link.drop("out of range")
        assert ended(s).ending is ApproachEnding.UNLOCKED
        assert s.entry.take_approaches() == []


@pytest.mark.parametrize(
    "silent",
    [dk.RangingCapabilityRequest, dk.RangingSessionRequest, dk.RangingSetupRequest],
    ids=lambda cls: cls.__name__,
)
def test_a_phone_that_falls_silent_is_mute_at_that_step(silent: type) -> None:
    with scene() as s:
        phone = s.phone()
        phone.behaves[silent] = lambda _m: None
        s.entry.start()
        phone.approach()
        approach = ended(s)
        assert approach.ending is ApproachEnding.MUTE
        said = f"no answer to {silent.__name__} within 2 s"
        assert [step.error for step in approach.steps if step.error] == [said]
        with pytest.raises(Inconclusive, match=f"ranging set-up: {said}"):
            approach.raise_if_broken()
        assert phone.link is not None
        assert not phone.link.alive
        assert s.locked


def test_a_phone_that_never_tells_the_time_is_mute() -> None:
    with scene() as s:
        phone = s.phone()
        phone.syncs = False
        s.entry.start()
        phone.approach()
        approach = ended(s)
        assert approach.ending is ApproachEnding.MUTE
        assert "Procedure 1 of Time_Sync" in approach.told


def test_where_the_first_time_sync_fails_the_vehicle_triggers_another() -> None:
    with scene() as s:
        phone = s.phone()
        phone.fail_syncs = 1
        s.entry.start()
        phone.walk(Path((FAR, AT_THE_DOOR), 1.4))
        phone.approach()
        assert unlocked_passively(s.entry).wait()
        assert "Time_Sync without success: 1" in s.entry.approaches_now()[0].told


@pytest.mark.parametrize(
    ("asked", "answer", "says"),
    [
        (
            dk.RangingCapabilityRequest,
            dk.RangingCapabilityResponse(0x0200, 0, 0),
            "version: the device chose 0200, which was not offered",
        ),
        (
            dk.RangingSessionRequest,
            dk.RangingSessionResponse(1, 0x40, 1, 9, 0x80),
            "chaps per slot: the device's mask 40 has none of ours",
        ),
        (
            dk.RangingSessionRequest,
            dk.RangingSessionResponse(1, 0x04, 1, 7, 0x80),
            "channel: the device chose 7, not offered",
        ),
        (
            dk.RangingSetupRequest,
            dk.RangingSetupResponse(1, 2, 3, 11),
            "SYNC code: the device chose 11",
        ),
        (
            dk.RangingSessionRequest,
            dk.Event(dk.EventCategory.COMMAND_COMPLETE, dk.CommandComplete.DEVICE_BUSY),
            "DEVICE_BUSY",
        ),
        (dk.RangingSessionRequest, b"\x02\x04\x00\x09\x00", "announces 9 bytes"),
        (dk.RangingSetupRequest, b"", "0 bytes are no DK message"),
    ],
)
def test_what_a_phone_may_not_answer_refuses_it(
    asked: type, answer: dk.DkMessage | bytes, says: str
) -> None:
    with scene() as s:
        phone = s.phone()
        phone.behaves[asked] = lambda _m: answer
        s.entry.start()
        phone.approach()
        approach = ended(s)
        assert approach.ending is ApproachEnding.REFUSED
        assert says in approach.told
        assert not any(anchor.ranging for anchor in s.anchors.values())
        s.entry.raise_fault()


@pytest.mark.parametrize("after_s", [0.01, 0.04, 0.07, 0.1, 0.13, 0.16, 0.4])
def test_a_link_that_is_lost_at_any_step_leaves_nothing_behind(after_s: float) -> None:
    with scene() as s:
        phone = begun(s)
        s.clock.sleep(after_s)
        assert phone.link is not None
        phone.link.drop("supervision timeout")
        approach = ended(s)
        ranging = after_s > 0.15
        assert approach.ending in (ApproachEnding.PASSED, ApproachEnding.INTERRUPTED)
        assert "supervision timeout" in approach.told
        s.clock.sleep(0.01)
        assert not any(anchor.ranging for anchor in s.anchors.values())
        assert ranging or "set_up" not in approach.timeline.marks
        phone.session = None
        phone.walk(Path((FAR, AT_THE_DOOR), 1.4))
        phone.approach()
        assert unlocked_passively(s.entry).wait()


def test_an_anchor_that_starts_after_the_link_was_lost_is_stopped() -> None:
    with scene() as s:
        s.anchors["left"].takes_s = 0.5
        phone = begun(s)
        s.clock.sleep(0.3)
        assert phone.link is not None
        phone.link.drop("supervision timeout")
        s.clock.sleep(1.0)
        assert len(s.anchors["left"].sessions) == 1
        assert not any(anchor.ranging for anchor in s.anchors.values())


def test_two_movements_are_two_seconds_apart_at_least() -> None:
    with scene(pause_s=12.0) as s:
        phone = begun(s)
        opened = unlocked_passively(s.entry).wait()
        phone.walk(Path((AT_THE_DOOR, FAR), 2.1))
        locked = locked_passively(s.entry).wait()
        assert locked.t_ns - opened.t_ns >= 12_000_000_000
        assert "held back: 12 s between two movements" in s.entry.approaches_now()[0].told


def test_a_second_movement_on_one_connection_has_its_own_marks() -> None:
    with scene() as s:
        phone = begun(s)
        unlocked_passively(s.entry).wait()
        s.clock.sleep(3)
        phone.walk(Path((AT_THE_DOOR, FAR), 1.4))
        locked = locked_passively(s.entry).wait()
        phone.walk(Path((FAR, AT_THE_DOOR), 1.4))
        again = unlocked_passively(s.entry).wait()
        assert again.timeline is not None
        assert list(again.timeline.marks) == MARKS.split()
        assert again.t_ns == again.timeline.marks["feedback"] > locked.t_ns
        assert again.timeline.marks["decided"] > locked.t_ns


def test_a_condition_says_why_nothing_moved() -> None:
    with scene() as s:
        s.entry.start()
        with pytest.raises(Inconclusive, match="no phone connected"):
            unlocked_passively(s.entry).wait(1.0)
        phone = s.phone()
        s.entry.reset()
        phone = s.phone("friend", 2)
        s.entry._bonds_changed()  # noqa: SLF001 - as a pairing would have it
        s.clock.sleep(0.01)
        phone.rest(FAR)
        phone.approach()
        with pytest.raises(Unmet, match="not unlocked passively"):
            unlocked_passively(s.entry).wait(5.0)


def test_ranging_can_be_suspended_and_taken_up_again() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        phone.rest(FAR)
        phone.approach()
        s.clock.sleep(1.0)
        s.entry.suspend()
        s.clock.sleep(0.5)
        assert not any(anchor.ranging for anchor in s.anchors.values())
        s.entry.recover()
        s.clock.sleep(0.5)
        s.entry.recover()  # of one that runs
        phone.walk(Path((FAR, AT_THE_DOOR), 1.4))
        assert unlocked_passively(s.entry).wait()


def test_the_phone_may_suspend_its_own_session_and_no_other() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        phone.approach()
        s.clock.sleep(1.0)
        phone.say(dk.SuspendRequest(0xBAD))
        s.clock.sleep(0.1)
        assert all(anchor.ranging for anchor in s.anchors.values())
        phone.say(dk.SuspendRequest(0x1001))
        s.clock.sleep(0.1)
        assert not any(anchor.ranging for anchor in s.anchors.values())
        assert "unasked Ranging_Suspend_RQ: 1" in s.entry.approaches_now()[0].told


def test_switched_off_it_advertises_nothing_and_hears_nobody() -> None:
    with scene(enabled=False) as s:
        s.phone()
        s.entry.start()
        assert s.radio.advert is None
