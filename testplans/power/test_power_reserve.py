"""A phone that ran empty: what its reserve is good for, and for how long (AMB-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from drivers.api.phone import Phone
from rig.measure.limits import Count
from rig.measure.observations import Observe
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving
from testplans.steps.phones import EACH_PLATFORM
from testplans.steps.timing import TapTimes

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WITHIN = (HOUR, 4 * HOUR, 4 * HOUR + 55 * MINUTE)
BEYOND = (5 * HOUR + 5 * MINUTE, 6 * HOUR, 8 * HOUR)


@pytest.mark.requirement("DK-POWER-01", "DK-POWER-02", "DK-POWER-03")
@EACH_PLATFORM
def test_a_phone_that_ran_empty_unlocks_locks_and_starts(
    car: Car, paired_phone: Phone, measure: Measure, count: Count
) -> None:
    paired_phone.battery.drain()
    car.let_pass(5 * MINUTE)
    driving.does_everything(car, paired_phone)
    TapTimes(car, paired_phone, measure, count).take("tap_to_unlock_in_power_reserve")


@pytest.mark.requirement("DK-POWER-04")
@EACH_PLATFORM
def test_the_reserve_unlocks_until_shortly_before_five_hours(
    car: Car, paired_phone: Phone, measure: Measure
) -> None:
    paired_phone.battery.drain()
    passed = timedelta()
    with measure("last_unlock_in_power_reserve", unit="h").once() as last:
        for after in WITHIN:
            car.let_pass(after - passed)
            passed = after
            assert driving.unlocks(car, paired_phone), (
                f"not unlocked {after} after the battery was empty"
            )
        last.takes(passed / HOUR)


@pytest.mark.requirement("DK-POWER-05")
@EACH_PLATFORM
def test_what_an_empty_phone_does_beyond_five_hours_is_recorded(
    car: Car, paired_phone: Phone, observe: Observe
) -> None:
    paired_phone.battery.drain()
    passed = timedelta()
    for after in BEYOND:
        car.let_pass(after - passed)
        passed = after
        found = "no unlock" if driving.opens_nothing(car, paired_phone) else "unlocked"
        observe(f"tap {after} after the battery was empty", found, ambiguity="AMB-10")


@pytest.mark.requirement("DK-POWER-09")
@EACH_PLATFORM
def test_a_recharged_phone_works_without_pairing_anew(car: Car, paired_phone: Phone) -> None:
    paired_phone.battery.drain()
    car.let_pass(12 * HOUR)
    paired_phone.battery.charge()
    driving.does_everything(car, paired_phone)
