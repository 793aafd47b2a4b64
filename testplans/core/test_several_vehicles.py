"""Keys of other vehicles, and several keys on one phone."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.vehicle.car import Car
from rig.vehicle.visit import Ending


@pytest.mark.requirement("DK-CORE-04")
def test_one_phone_opens_two_vehicles_each_with_its_own_key(car: Car, phone: Phone) -> None:
    phone.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    assert visit.ending is Ending.UNLOCKED, visit.explanation
    with car.as_second_vehicle():
        car.lock_all()
        phone.present(at="driver_handle")
        visit = car.judged_visit(at="driver_handle")
        assert visit.ending is Ending.UNLOCKED, visit.explanation


@pytest.mark.requirement("DK-CORE-04")
def test_the_second_vehicle_does_not_react_to_a_key_of_the_first(
    car: Car, friend_phone: Phone
) -> None:
    with car.as_second_vehicle():
        friend_phone.present(at="driver_handle")
        assert car.judged_visit(at="driver_handle").refused
        assert car.locked


@pytest.mark.requirement("DK-CORE-05")
def test_a_key_of_another_vehicle_is_refused_at_the_handle(
    car: Car, other_car_phone: Phone
) -> None:
    other_car_phone.present(at="driver_handle")
    assert car.judged_visit(at="driver_handle").refused
    assert car.locked


@pytest.mark.requirement("DK-CORE-05")
def test_a_key_of_another_vehicle_does_not_start(car: Car, other_car_phone: Phone) -> None:
    other_car_phone.present(at="tray")
    assert car.judged_visit(at="tray").refused
    assert not car.press_start_stop().accepted
    assert not car.drive_ready
