"""Phone and vehicle without a network: the key does not need one."""

from __future__ import annotations

import pytest

from drivers.api.sharing import Platform
from rig.measure.limits import Count
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving, pairing
from testplans.steps.phones import EACH_PLATFORM, PhoneOf, airplane_mode, no_cellular
from testplans.steps.timing import TapTimes


@pytest.mark.requirement("DK-NET-01")
@EACH_PLATFORM
def test_airplane_mode_changes_nothing(
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
    with airplane_mode(phone):
        times.take("tap_to_unlock_in_airplane_mode")
        driving.does_everything(car, phone)


@pytest.mark.requirement("DK-NET-02")
@EACH_PLATFORM
def test_missing_cellular_coverage_changes_nothing(
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
    with no_cellular(phone):
        times.take("tap_to_unlock_without_cellular")
        driving.does_everything(car, phone)


@pytest.mark.requirement("DK-NET-03")
@EACH_PLATFORM
def test_a_vehicle_without_back_end_is_unlocked_started_and_locked(
    car: Car, account: str, phone_of: PhoneOf, platform: Platform
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    car.telematics.online = False
    driving.does_everything(car, phone)
    with airplane_mode(phone):
        driving.does_everything(car, phone)
