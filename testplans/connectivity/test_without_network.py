"""Phone and vehicle without a network: the key does not need one."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.measure.limits import Count
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving
from testplans.steps.phones import EACH_PLATFORM, airplane_mode, no_cellular
from testplans.steps.timing import TapTimes


@pytest.mark.requirement("DK-NET-01")
@EACH_PLATFORM
def test_airplane_mode_changes_nothing(
    car: Car, paired_phone: Phone, measure: Measure, count: Count
) -> None:
    times = TapTimes(car, paired_phone, measure, count)
    times.take("tap_to_unlock_baseline")
    with airplane_mode(paired_phone):
        times.take("tap_to_unlock_in_airplane_mode")
        driving.does_everything(car, paired_phone)


@pytest.mark.requirement("DK-NET-02")
@EACH_PLATFORM
def test_missing_cellular_coverage_changes_nothing(
    car: Car, paired_phone: Phone, measure: Measure, count: Count
) -> None:
    times = TapTimes(car, paired_phone, measure, count)
    times.take("tap_to_unlock_baseline")
    with no_cellular(paired_phone):
        times.take("tap_to_unlock_without_cellular")
        driving.does_everything(car, paired_phone)


@pytest.mark.requirement("DK-NET-03")
@EACH_PLATFORM
def test_a_vehicle_without_back_end_is_unlocked_started_and_locked(
    car: Car, paired_phone: Phone
) -> None:
    car.telematics.online = False
    driving.does_everything(car, paired_phone)
    with airplane_mode(paired_phone):
        driving.does_everything(car, paired_phone)
