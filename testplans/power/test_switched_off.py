"""A phone that its owner switched off, and one that saves power."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.measure.limits import Count
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving
from testplans.steps.phones import EACH_PLATFORM
from testplans.steps.timing import TapTimes


@pytest.mark.requirement("DK-POWER-06", "DK-START-08")
@EACH_PLATFORM
def test_a_phone_that_was_switched_off_neither_unlocks_nor_starts(
    car: Car, paired_phone: Phone
) -> None:
    paired_phone.battery.shut_down()
    assert driving.opens_nothing(car, paired_phone)
    assert driving.starts_nothing(car, paired_phone)
    paired_phone.battery.boot()
    assert driving.unlocks(car, paired_phone), "switched on again, it does not unlock"


@pytest.mark.requirement("DK-POWER-07")
@EACH_PLATFORM
def test_low_power_mode_changes_nothing(
    car: Car, paired_phone: Phone, measure: Measure, count: Count
) -> None:
    times = TapTimes(car, paired_phone, measure, count)
    times.take("tap_to_unlock_baseline")
    paired_phone.battery.set_low_power(on=True)
    try:
        times.take("tap_to_unlock_in_low_power")
        driving.does_everything(car, paired_phone)
    finally:
        paired_phone.battery.set_low_power(on=False)
