"""Phone and vehicle without a network: the key does not need one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from drivers.api.phone import Phone
from drivers.api.sharing import Platform
from rig.measure.limits import Count
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving, pairing
from testplans.steps.phones import EACH_PLATFORM, PhoneOf, airplane_mode, no_cellular
from testplans.steps.timing import TapTimes


@pytest.mark.parametrize(
    "offline",
    [
        pytest.param(airplane_mode, marks=pytest.mark.requirement("DK-NET-01"), id="airplane mode"),
        pytest.param(no_cellular, marks=pytest.mark.requirement("DK-NET-02"), id="no cellular"),
    ],
)
@EACH_PLATFORM
def test_a_phone_without_network_does_everything_as_fast_as_with_it(
    car: Car,
    account: str,
    phone_of: PhoneOf,
    measure: Measure,
    count: Count,
    platform: Platform,
    offline: Callable[[Phone], AbstractContextManager[None]],
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    times = TapTimes(car, phone, measure, count)
    times.take("tap_to_unlock_baseline")
    with offline(phone):
        times.take("tap_to_unlock_without_network")
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
