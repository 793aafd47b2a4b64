"""The car on its virtual bench through the life of keys: presses, events, the calendar, resets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drivers.api.clock import MovableClock, SystemClock
from drivers.sim.phone import VirtualPhone
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.messages import Outcome
from rig.key_server.keys import EventKind
from rig.measure.outcomes import Inconclusive
from rig.vehicle.car import Car
from rig.vehicle.keyring import Key, KeyState
from rig.vehicle.keys import Origin
from rig.vehicle.readings import VehicleReadings
from rig.vehicle.visit import Ending
from tests.rig.key_server.lab import Lab, open_lab

HANDLE, TRAY = "driver_handle", "tray"
HOUR = timedelta(hours=1)


@pytest.fixture
def lab(car: Car, tmp_path: Path) -> Iterator[Lab]:
    """A key server that knows this vehicle, and to which it is connected."""
    lab = open_lab(tmp_path / "keys.sqlite")
    yield lab
    car.telematics.connect(None)
    lab.server.close()


def kinds(car: Car) -> list[EventKind]:
    return [event.kind for event in car.telematics.untold]


def start_authorised(car: Car, phone: VirtualPhone) -> Key:
    phone.present(at=TRAY)
    car.start_authorised.wait()
    assert car.in_tray is not None
    return car.in_tray


def test_a_key_deleted_meanwhile_starts_nothing_and_releases_no_trunk(
    car: Car, phone: VirtualPhone
) -> None:
    car.telematics.delete(start_authorised(car, phone))
    assert not car.start_authorised
    for pressed in (car.press_start_stop(), car.press_trunk_button()):
        assert not pressed.accepted
        assert "deleted" in pressed.explanation
    assert not car.drive_ready


def test_a_key_that_expired_meanwhile_starts_nothing(car: Car, phone: VirtualPhone) -> None:
    key = start_authorised(car, phone)
    key.valid_until = car.clock.utc()
    assert not car.press_start_stop().accepted


def test_uses_are_noted_by_what_they_were(car: Car, phone: VirtualPhone) -> None:
    phone.present(at=HANDLE)
    car.unlocked.wait()
    car.press_fob(unlock=False)
    start_authorised(car, phone)
    assert kinds(car) == [EventKind.USED, EventKind.FOB_USED], "lying there is no use"
    assert car.press_start_stop().accepted
    assert car.press_trunk_button().accepted
    assert kinds(car)[2:] == [EventKind.USED, EventKind.USED]


def test_a_refused_tap_is_no_use(car: Car, phone: VirtualPhone) -> None:
    car.keyring.named("owner_phone").state = KeyState.INACTIVE
    phone.present(at=HANDLE)
    assert car.judged_visit().refused
    assert kinds(car) == []


def test_a_use_ends_pre_deletion_of_another_key(
    car: Car, phone: VirtualPhone, friend_phone: VirtualPhone
) -> None:
    friend = car.keyring.named("friend_phone")
    friend.state = KeyState.PRE_DELETION
    friend_phone.present(at=HANDLE)
    assert car.judged_visit().ending is Ending.UNLOCKED, "its holder is not stranded"
    phone.present(at=HANDLE)
    assert car.judged_visit().ending is Ending.LOCKED
    friend_phone.present(at=HANDLE)
    visit = car.judged_visit()
    assert visit.refused
    assert visit.outcome is Outcome.KEY_DELETED
    assert car.locked


def test_readings_hold_until_the_next_reset(car: Car, friend_phone: VirtualPhone) -> None:
    car.read_as(VehicleReadings(pre_deletion_use="nothing"))
    car.keyring.named("friend_phone").state = KeyState.PRE_DELETION
    friend_phone.present(at=HANDLE)
    assert car.judged_visit().refused
    car.reset()
    assert car.service.readings == car.telematics.readings == VehicleReadings()


def test_as_delivered_the_vehicle_knows_no_key_and_a_reset_brings_them_back(
    car: Car, phone: VirtualPhone
) -> None:
    names = [key.name for key in car.keyring]
    car.as_delivered()
    assert list(car.keyring) == []
    phone.present(at=HANDLE)
    visit = car.judged_visit()
    assert visit.outcome is Outcome.KEY_NOT_FOUND
    car.reset()
    assert [key.name for key in car.keyring] == names
    phone.present(at=HANDLE)
    car.unlocked.wait()


def test_what_lies_in_the_tray_is_served_again_when_it_is_asked_for(
    car: Car, phone: VirtualPhone
) -> None:
    key = car.keyring.named("owner_phone")
    key.activated = False
    phone.present(at=TRAY)
    assert car.judged_visit().refused
    assert car.in_tray is key
    assert not car.press_start_stop().accepted
    key.activated = True
    car.serve_tray_again()
    car.start_authorised.wait()
    assert car.press_start_stop().accepted


def test_the_vehicle_reconciles_after_a_use_by_itself(car: Car, lab: Lab) -> None:
    car.keyring.identifier, own = lab.vehicle_id, car.keyring.identifier
    try:
        car.telematics.connect(lab.server)
        stranger = PrivateKey.generate().public
        gone = Key("gone", "friend", b"\x31" * 8, stranger, origin=Origin.VIEW, tracked=True)
        car.keyring.enrol(gone)
        car.press_fob(unlock=True)
        car.settle()
        assert kinds(car) == []
        assert not car.keyring.holds(gone)
    finally:
        car.keyring.identifier = own


def test_a_server_that_fails_stays_out_of_a_visits_way(
    car: Car, phone: VirtualPhone, lab: Lab
) -> None:
    car.telematics.connect(lab.server)  # it has never heard of this vehicle
    phone.present(at=HANDLE)
    car.unlocked.wait()
    with pytest.raises(Inconclusive, match="no vehicle"):
        car.settle()
    assert kinds(car) == [EventKind.USED]


def test_offline_there_is_nothing_to_reconcile_with(car: Car) -> None:
    with pytest.raises(Inconclusive, match="offline"):
        car.reconcile()


class LabClock(SystemClock, MovableClock):
    """The machine's clock with a calendar that can be moved."""

    moved = timedelta()

    def utc(self) -> datetime:
        return super().utc() + self.moved

    def advance(self, by: timedelta) -> None:
        self.moved += by

    def rewind(self) -> None:
        self.moved = timedelta()


def test_time_passes_only_where_the_clock_can_be_moved(car: Car) -> None:
    usual = car.clock
    try:
        car.clock = SystemClock()
        with pytest.raises(Inconclusive, match="cannot let 1:00:00 pass"):
            car.let_pass(HOUR)
        car.clock = movable = LabClock()
        car.let_pass(HOUR)
        assert movable.moved == HOUR
    finally:
        car.clock = usual
