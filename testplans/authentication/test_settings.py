"""The holder's choice whether the phone has to be unlocked before its key works."""

from __future__ import annotations

import pytest

from drivers.api.phone_controls import KeyOption
from drivers.api.sharing import Platform
from rig.measure.limits import Count
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving, pairing
from testplans.steps.phones import EACH_PLATFORM, PhoneOf, authenticate, require_authentication
from testplans.steps.timing import TapTimes


@pytest.mark.requirement("DK-AUTH-01")
@EACH_PLATFORM
def test_the_setting_is_honoured_on_the_very_next_use(
    car: Car, account: str, phone_of: PhoneOf, platform: Platform
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    for works_locked in (False, True, False, True):
        phone.options.set(KeyOption.WORKS_LOCKED, on=works_locked)
        phone.screen.lock()
        assert driving.unlocks(car, phone) is works_locked


@pytest.mark.requirement("DK-AUTH-02", "DK-POWER-08")
@EACH_PLATFORM
def test_a_locked_phone_with_express_behaviour_does_everything_without_a_prompt(
    car: Car,
    account: str,
    phone_of: PhoneOf,
    measure: Measure,
    count: Count,
    platform: Platform,
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    phone.screen.lock()
    for use in (driving.unlocks, driving.starts, driving.locks):
        assert use(car, phone), f"it does not: {use.__name__}"
        assert not phone.screen.asked(), f"it asked for its owner: {use.__name__}"
    TapTimes(car, phone, measure, count).take("tap_to_unlock_express")


@pytest.mark.requirement("DK-AUTH-03")
@EACH_PLATFORM
def test_without_express_behaviour_the_key_works_once_its_holder_has_authenticated(
    car: Car, account: str, phone_of: PhoneOf, measure: Measure, platform: Platform
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    require_authentication(phone)
    assert not driving.unlocks(car, phone)
    car.lock_all()
    with measure("authentication_and_tap_to_unlock", unit="ms").once() as use:
        use.starts()
        authenticate(phone)
        driving.bring(car, phone, "driver_handle")
        use.ends_with(car.unlocked)


@pytest.mark.requirement("DK-AUTH-04")
@pytest.mark.parametrize("platform", [Platform.PIXEL, Platform.SAMSUNG])
def test_with_the_screen_lock_required_a_locked_phone_neither_unlocks_nor_starts(
    car: Car, account: str, phone_of: PhoneOf, platform: Platform
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    require_authentication(phone)
    for use in (driving.unlocks, driving.starts):
        assert not use(car, phone), f"the locked phone does: {use.__name__}"
        assert phone.screen.asked(), "the phone did not ask for its owner"
    authenticate(phone)
    driving.does_everything(car, phone)


@pytest.mark.requirement("DK-AUTH-12")
@EACH_PLATFORM
def test_a_key_that_asks_for_its_holder_is_of_no_use_once_the_battery_is_empty(
    car: Car, account: str, phone_of: PhoneOf, platform: Platform
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    phone.options.set(KeyOption.WORKS_LOCKED, on=False)
    phone.battery.drain()
    assert driving.opens_nothing(car, phone)
