"""Remote functions: proved by the key, and each told how it ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api.space import Path, Point
from rig.digital_key import ble_messages as dk
from rig.digital_key.ble_messages import LOCK, TRUNK_OPEN, UNLOCK, RemoteFunction, RemoteStatus
from rig.vehicle.body import Power
from rig.vehicle.passive.conditions import unlocked_passively
from tests.rig.vehicle.garage import Contact
from tests.rig.vehicle.passive.phones import FAR, Phone
from tests.rig.vehicle.passive.scene import AT_THE_DOOR, Scene, scene

LOCKING = RemoteFunction.CENTRAL_LOCKING


class Spring(Contact):
    """Released, the trunk is open."""

    def __init__(self, contact: Contact) -> None:
        super().__init__()
        self._contact = contact

    def set(self, *, on: bool) -> None:
        super().set(on=on)
        if on:
            self._contact.set(on=True)


def near(s: Scene, at: Point = FAR) -> Phone:
    phone = s.phone()
    s.entry.start()
    phone.rest(at)
    phone.approach()
    s.clock.sleep(2.0)
    return phone


def asked(s: Scene, phone: Phone, function: int, action: int) -> int:
    """Ask for it; the status that came back."""
    phone.heard.clear()
    phone.asked = (function, action)
    phone.say(dk.remote_request(function, action))
    s.clock.sleep(3.0)
    events = [m for m in phone.heard if isinstance(m, dk.Event)]
    assert dk.remote_status_of(events[0])[:2] == (function, action)
    return dk.remote_status_of(events[0])[2]


def test_it_unlocks_and_locks_and_counts_as_a_use() -> None:
    with scene() as s:
        phone = near(s)
        assert asked(s, phone, LOCKING, UNLOCK) == RemoteStatus.OK
        assert s.unlocked
        assert asked(s, phone, LOCKING, LOCK) == RemoteStatus.OK
        assert s.locked
        assert s.used == [phone.key, phone.key]


def test_who_unlocks_from_afar_has_not_left() -> None:
    with scene() as s:
        phone = near(s)
        assert asked(s, phone, LOCKING, UNLOCK) == RemoteStatus.OK
        assert s.entry.next_movement(10.0) is None
        assert s.unlocked


def test_who_locks_at_the_door_is_not_let_in_again_at_once() -> None:
    with scene() as s:
        phone = near(s, AT_THE_DOOR)
        assert s.unlocked
        assert s.entry.next_movement(0) is not None
        assert asked(s, phone, LOCKING, LOCK) == RemoteStatus.OK
        assert s.entry.next_movement(10.0) is None
        assert s.locked


def test_the_trunk_springs_open() -> None:
    with scene() as s:
        phone = near(s)
        wiring = s.body._wiring  # noqa: SLF001 - the spring of the trunk
        contact = wiring.opened["trunk"]
        assert isinstance(contact, Contact)
        object.__setattr__(wiring, "release_trunk", Spring(contact))
        assert asked(s, phone, RemoteFunction.TRUNK, TRUNK_OPEN) == RemoteStatus.OK
        assert s.body.is_open("trunk")


@pytest.mark.parametrize(
    ("function", "action"), [(RemoteFunction.WINDOWS, 1), (LOCKING, 7), (0x9999, 0)]
)
def test_what_nobody_on_this_bench_can_do_is_not_possible(function: int, action: int) -> None:
    with scene() as s:
        assert asked(s, near(s), function, action) == RemoteStatus.NOT_POSSIBLE


def test_a_wrong_signature_moves_nothing() -> None:
    with scene() as s:
        phone, stranger = near(s), s.phone("friend", 2)
        stranger.asked = (LOCKING, UNLOCK)
        phone.behaves[dk.RkeAuthRequest] = stranger.signed
        assert asked(s, phone, LOCKING, UNLOCK) == RemoteStatus.AUTHENTICATION_ERROR
        assert s.locked
        assert "remote function: bad signature: 1" in s.entry.take_approaches()[-1].told


def test_a_signature_over_another_action_moves_nothing() -> None:
    with scene() as s:
        phone = near(s)
        phone.say(dk.remote_request(LOCKING, UNLOCK))
        phone.asked = (LOCKING, LOCK)
        s.clock.sleep(1.0)
        assert s.locked
        assert "remote function: bad signature: 1" in s.entry.take_approaches()[-1].told


def test_a_replayed_signature_moves_nothing() -> None:
    with scene() as s:
        phone = near(s)
        first: list[dk.DkMessage] = []

        def signed(m: dk.DkMessage) -> dk.DkMessage:
            first.append(phone.signed(m))
            return first[0]

        phone.behaves[dk.RkeAuthRequest] = signed
        assert asked(s, phone, LOCKING, UNLOCK) == RemoteStatus.OK
        s.body.set_locks(unlock=False)
        assert asked(s, phone, LOCKING, UNLOCK) == RemoteStatus.AUTHENTICATION_ERROR
        assert s.locked


@pytest.mark.parametrize("size", [0x01, 0x40, 0x47])
def test_a_signature_that_is_none_is_no_fault_of_the_rig(size: int) -> None:
    with scene() as s:
        phone = near(s)
        phone.behaves[dk.RkeAuthRequest] = lambda _m: dk.RkeAuthResponse(bytes(size))
        assert asked(s, phone, LOCKING, UNLOCK) == RemoteStatus.AUTHENTICATION_ERROR
        s.entry.raise_fault()


def test_a_phone_that_does_not_sign_is_told_that_time_is_up() -> None:
    with scene() as s:
        phone = near(s)
        phone.behaves[dk.RkeAuthRequest] = lambda _m: None
        assert asked(s, phone, LOCKING, UNLOCK) == RemoteStatus.DEVICE_TIMEOUT


def test_a_vehicle_that_is_driven_is_not_locked() -> None:
    with scene() as s:
        phone = near(s)
        s.body.set_locks(unlock=True)
        s.body.set_power(Power.DRIVE_READY)
        assert asked(s, phone, LOCKING, LOCK) == RemoteStatus.NOT_POSSIBLE
        assert s.unlocked


def test_a_request_that_holds_no_function_is_named() -> None:
    with scene() as s:
        phone = near(s)
        phone.say(replace(dk.remote_request(LOCKING, UNLOCK), data=b"\x7f\x70\x01\x00"))
        s.clock.sleep(0.5)
        assert s.locked
        assert "malformed remote function: 1" in s.entry.take_approaches()[-1].told


def test_codes_that_nobody_knows_are_no_fault_of_the_rig() -> None:
    with scene() as s:
        phone = near(s)
        phone.say(dk.Event(dk.EventCategory.COMMAND_COMPLETE, 0x99))
        phone.say(dk.Event(dk.EventCategory.RANGING_STATUS, 0x99))
        s.clock.sleep(0.5)
        s.entry.raise_fault()
        assert "unasked Event_Notification" in s.entry.take_approaches()[-1].told
        phone.walk(Path((FAR, AT_THE_DOOR), 1.4))
        unlocked_passively(s.entry).wait()
