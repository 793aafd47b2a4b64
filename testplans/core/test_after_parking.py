"""A key after the vehicle has been parked for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from drivers.api.phone import Phone
from rig.measure.limits import Count
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving
from testplans.steps.phones import EACH_PLATFORM
from testplans.steps.timing import TapTimes


@pytest.mark.requirement("DK-CORE-06")
@EACH_PLATFORM
def test_the_owners_key_works_after_parking_without_any_preparation(
    car: Car, paired_phone: Phone, measure: Measure, count: Count
) -> None:
    times = TapTimes(car, paired_phone, measure, count)
    for hours in (1, 24, 72):
        car.let_pass(timedelta(hours=hours))
        times.take(f"tap_to_unlock_after_{hours}_h")
        assert driving.starts(car, paired_phone)
        car.lock_all()
