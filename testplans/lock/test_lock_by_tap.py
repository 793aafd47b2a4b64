"""Locking at the driver's door handle."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.digital_key.messages import Outcome
from rig.measure.limits import Count, Limits
from rig.measure.recorder import Measure
from rig.vehicle.body import UnlockScope
from rig.vehicle.car import Car
from rig.vehicle.wiring import DOORS
from testplans.steps.driving import SILENCE_S


@pytest.mark.requirement("DK-LOCK-01")
def test_a_tap_at_the_handle_locks(
    car: Car, phone: Phone, measure: Measure, limits: Limits, count: Count
) -> None:
    taking = count("tap_to_lock", 8)
    with measure("tap_to_lock", unit="ms", **limits("tap_to_lock")).repeat(taking) as taps:
        for tap in taps:
            car.unlock_all()
            phone.present(at="driver_handle")
            tap.ends_with(car.locked)


@pytest.mark.requirement("DK-LOCK-03", "DK-UNLOCK-08")
@pytest.mark.parametrize("door", DOORS)
def test_an_open_door_prevents_locking(car: Car, phone: Phone, door: str) -> None:
    car.unlock_all()
    car.open(door)
    phone.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    assert visit.refused, f"locked with the {door} door open"
    assert visit.outcome is Outcome.DOORS_OPEN
    assert car.unlocked


@pytest.mark.requirement("DK-LOCK-04", "DK-UNLOCK-08")
def test_an_open_trunk_prevents_locking(car: Car, phone: Phone) -> None:
    car.unlock_all()
    car.open("trunk")
    phone.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    assert visit.refused, "locked with the trunk open"
    assert visit.outcome is Outcome.DOORS_OPEN
    car.shut("trunk")
    phone.present(at="driver_handle")
    car.locked.wait()


@pytest.mark.requirement("DK-LOCK-05")
@pytest.mark.parametrize("scope", list(UnlockScope))
def test_locking_by_key_does_what_locking_by_fob_does(
    car: Car, phone: Phone, scope: UnlockScope
) -> None:
    car.body.unlock_scope = scope
    car.press_fob(unlock=True)
    car.press_fob(unlock=False)
    assert car.locked
    car.press_fob(unlock=True)
    phone.present(at="driver_handle")
    car.locked.wait()


@pytest.mark.requirement("DK-LOCK-06")
def test_no_other_handle_locks(car: Car, phone: Phone) -> None:
    car.unlock_all()
    for door in DOORS[1:]:
        phone.present(at=f"{door}_handle")
        assert car.sees_nothing(for_s=SILENCE_S), door
        assert car.unlocked, door


@pytest.mark.requirement("DK-LOCK-07", "DK-NET-01")
def test_a_phone_without_network_locks(car: Car, phone: Phone) -> None:
    car.unlock_all()
    phone.radios.set_airplane(on=True)
    try:
        phone.present(at="driver_handle")
        car.locked.wait()
    finally:
        phone.radios.set_airplane(on=False)
