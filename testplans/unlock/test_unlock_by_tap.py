"""Unlocking at the driver's door handle."""

from __future__ import annotations

import pytest

from drivers.api.phone import KeyCard, Phone
from rig.measure.limits import Count, Limits
from rig.measure.recorder import Measure
from rig.vehicle.body import UnlockScope
from rig.vehicle.car import Car
from rig.vehicle.interference import before
from rig.vehicle.visit import Ending
from rig.vehicle.wiring import CLOSURES, DOORS
from testplans.steps.driving import SILENCE_S


@pytest.mark.requirement("DK-UNLOCK-01", "DK-UNLOCK-04")
def test_a_tap_at_the_handle_unlocks(
    car: Car, phone: Phone, measure: Measure, limits: Limits, count: Count
) -> None:
    taking = count("tap_to_unlock", 59)
    with measure("tap_to_unlock", unit="ms", **limits("tap_to_unlock")).repeat(taking) as taps:
        for tap in taps:
            car.lock_all()
            phone.present(at="driver_handle")
            tap.ends_with(car.door("driver").unlocked)


@pytest.mark.requirement("DK-UNLOCK-01")
def test_the_first_contact_is_a_standard_transaction_and_the_next_a_fast_one(
    car: Car, phone: Phone
) -> None:
    car.keyring.forget_fast()
    fast = []
    for _ in range(3):
        car.lock_all()
        phone.present(at="driver_handle")
        visit = car.judged_visit(at="driver_handle")
        assert visit.ending is Ending.UNLOCKED, visit.explanation
        fast.append(visit.fast)
    assert fast == [False, True, True]


@pytest.mark.requirement("DK-UNLOCK-01")
def test_a_fast_transaction_that_fits_no_key_falls_back_to_a_standard_one(
    car: Car, phone: Phone, friend_phone: Phone
) -> None:
    car.keyring.forget_fast()
    for holder in (phone, friend_phone):  # the phone alone still remembers the first contact
        car.lock_all()
        holder.present(at="driver_handle")
        car.judged_visit(at="driver_handle")
    car.keyring.named("owner_phone").persistent = None
    car.lock_all()
    phone.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    assert visit.ending is Ending.UNLOCKED, visit.explanation
    assert not visit.fast


@pytest.mark.requirement("DK-UNLOCK-03")
def test_no_other_handle_unlocks(car: Car, phone: Phone) -> None:
    for door in DOORS[1:]:
        phone.present(at=f"{door}_handle")
        assert car.sees_nothing(for_s=SILENCE_S), door
        assert car.locked, door
    phone.present(at="driver_handle")
    car.door("driver").unlocked.wait()


@pytest.mark.requirement("DK-UNLOCK-06")
@pytest.mark.parametrize("scope", list(UnlockScope))
def test_the_unlock_setting_holds_for_fob_and_key_alike(
    car: Car, phone: Phone, scope: UnlockScope
) -> None:
    car.body.unlock_scope = scope
    car.press_fob(unlock=True)
    by_fob = {lock for lock in CLOSURES if car.body.is_unlocked(lock)}
    car.lock_all()
    phone.present(at="driver_handle")
    car.door("driver").unlocked.wait()
    assert {lock for lock in CLOSURES if car.body.is_unlocked(lock)} == by_fob
    assert by_fob == (set(CLOSURES) if scope is UnlockScope.ALL else {"driver"})


@pytest.mark.requirement("DK-UNLOCK-07")
def test_a_changed_unlock_setting_takes_effect_with_the_next_tap(car: Car, phone: Phone) -> None:
    phone.present(at="driver_handle")
    car.unlocked.wait()
    car.body.unlock_scope = UnlockScope.DRIVER
    car.lock_all()
    phone.present(at="driver_handle")
    car.door("driver").unlocked.wait()
    assert car.door("passenger").locked


@pytest.mark.requirement("DK-UNLOCK-09", "DK-NET-01", "DK-NET-02")
def test_a_phone_without_network_unlocks(car: Car, phone: Phone) -> None:
    phone.radios.set_airplane(on=True)
    try:
        phone.present(at="driver_handle")
        car.door("driver").unlocked.wait()
    finally:
        phone.radios.set_airplane(on=False)


@pytest.mark.requirement("DK-UNLOCK-05")
@pytest.mark.parametrize("step", ["SELECT", "AUTH0", "AUTH1"])
def test_a_device_withdrawn_in_mid_transaction_leaves_the_vehicle_locked(
    car: Car, key_card: KeyCard, step: str
) -> None:
    car.keyring.forget_fast()
    with car.between("driver_handle", before(step, key_card.withdraw)):
        key_card.present(at="driver_handle")
        visit = car.next_visit(at="driver_handle")
    assert visit.ending is Ending.INTERRUPTED, visit.explanation
    assert car.locked
    key_card.present(at="driver_handle")
    car.door("driver").unlocked.wait()
