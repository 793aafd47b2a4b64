"""The holder's choice whether the phone has to be unlocked before its key works."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from drivers.api.phone_controls import KeyOption
from drivers.api.sharing import Platform
from rig.measure.limits import Count
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving
from testplans.steps.phones import EACH_PLATFORM, authenticate, require_authentication
from testplans.steps.timing import TapTimes


@pytest.mark.requirement("DK-AUTH-01")
@EACH_PLATFORM
def test_the_setting_is_honoured_on_the_very_next_use(car: Car, paired_phone: Phone) -> None:
    for works_locked in (False, True, False, True):
        paired_phone.options.set(KeyOption.WORKS_LOCKED, on=works_locked)
        paired_phone.screen.lock()
        assert driving.unlocks(car, paired_phone) is works_locked


@pytest.mark.requirement("DK-AUTH-02", "DK-POWER-08")
@EACH_PLATFORM
def test_a_locked_phone_with_express_behaviour_does_everything_without_a_prompt(
    car: Car, paired_phone: Phone, measure: Measure, count: Count
) -> None:
    paired_phone.screen.lock()
    for use in (driving.unlocks, driving.starts, driving.locks):
        assert use(car, paired_phone), f"it does not: {use.__name__}"
        assert not paired_phone.screen.asked(), f"it asked for its owner: {use.__name__}"
    TapTimes(car, paired_phone, measure, count).take("tap_to_unlock_express")


@pytest.mark.requirement("DK-AUTH-03")
@EACH_PLATFORM
def test_without_express_behaviour_the_key_works_once_its_holder_has_authenticated(
    car: Car, paired_phone: Phone, measure: Measure
) -> None:
    require_authentication(paired_phone)
    assert not driving.unlocks(car, paired_phone)
    car.lock_all()
    with measure("authentication_and_tap_to_unlock", unit="ms").once() as use:
        use.starts()
        authenticate(paired_phone)
        driving.bring(car, paired_phone, "driver_handle")
        use.ends_with(car.unlocked)


@pytest.mark.requirement("DK-AUTH-04")
@pytest.mark.parametrize("platform", [Platform.PIXEL, Platform.SAMSUNG])
def test_with_the_screen_lock_required_a_locked_phone_neither_unlocks_nor_starts(
    car: Car, paired_phone: Phone
) -> None:
    require_authentication(paired_phone)
    for use in (driving.unlocks, driving.starts):
        assert not use(car, paired_phone), f"the locked phone does: {use.__name__}"
        assert paired_phone.screen.asked(), "the phone did not ask for its owner"
    authenticate(paired_phone)
    driving.does_everything(car, paired_phone)


@pytest.mark.requirement("DK-AUTH-12")
@EACH_PLATFORM
def test_a_key_that_asks_for_its_holder_is_of_no_use_once_the_battery_is_empty(
    car: Car, paired_phone: Phone
) -> None:
    paired_phone.options.set(KeyOption.WORKS_LOCKED, on=False)
    paired_phone.battery.drain()
    assert driving.opens_nothing(car, paired_phone)
