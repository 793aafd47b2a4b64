"""A phone that its owner switched off, and one that saves power."""

from __future__ import annotations

import pytest

from drivers.api.sharing import Platform
from rig.measure.limits import Count
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving, pairing
from testplans.steps.phones import EACH_PLATFORM, PhoneOf
from testplans.steps.timing import TapTimes


@pytest.mark.requirement("DK-POWER-06", "DK-START-08")
@EACH_PLATFORM
def test_a_phone_that_was_switched_off_neither_unlocks_nor_starts(
    car: Car, account: str, phone_of: PhoneOf, platform: Platform
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    phone.battery.shut_down()
    assert driving.opens_nothing(car, phone)
    assert driving.starts_nothing(car, phone)
    phone.battery.boot()
    assert driving.unlocks(car, phone), "switched on again, it does not unlock"


@pytest.mark.requirement("DK-POWER-07")
@EACH_PLATFORM
def test_low_power_mode_changes_nothing(
    car: Car,
    account: str,
    phone_of: PhoneOf,
    measure: Measure,
    count: Count,
    platform: Platform,
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    times = TapTimes(car, phone, measure, count)
    times.take("tap_to_unlock_baseline")
    phone.battery.set_low_power(on=True)
    try:
        times.take("tap_to_unlock_in_low_power")
        driving.does_everything(car, phone)
    finally:
        phone.battery.set_low_power(on=False)
