"""Ways to authenticate on the phone, right and wrong."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.vehicle.car import Car
from testplans.steps import driving
from testplans.steps.phones import EACH_PLATFORM, methods_of, require_authentication


@pytest.mark.requirement("DK-AUTH-05")
@EACH_PLATFORM
def test_every_method_the_phone_offers_enables_the_key_and_a_failed_one_does_not(
    car: Car, paired_phone: Phone
) -> None:
    for method in methods_of(paired_phone):
        require_authentication(paired_phone)
        paired_phone.screen.authenticate(method, right=False)
        assert not driving.unlocks(car, paired_phone), f"unlocked after a wrong {method}"
        assert paired_phone.screen.authenticate(method), f"the right {method} was not accepted"
        assert driving.unlocks(car, paired_phone), f"not unlocked after {method}"


@pytest.mark.requirement("DK-AUTH-06")
@EACH_PLATFORM
def test_a_rejected_authentication_leaves_the_vehicle_locked_and_unstartable(
    car: Car, paired_phone: Phone
) -> None:
    require_authentication(paired_phone)
    for method in methods_of(paired_phone):
        assert not paired_phone.screen.authenticate(method, right=False), (
            f"a wrong {method} was accepted"
        )
        assert not driving.unlocks(car, paired_phone), f"unlocked after a wrong {method}"
        assert not driving.starts(car, paired_phone), f"started after a wrong {method}"
