"""Ways to authenticate on the phone, right and wrong."""

from __future__ import annotations

import pytest

from drivers.api.sharing import Platform
from rig.vehicle.car import Car
from testplans.steps import driving, pairing
from testplans.steps.phones import EACH_PLATFORM, PhoneOf, methods_of, require_authentication


@pytest.mark.requirement("DK-AUTH-05")
@EACH_PLATFORM
def test_every_method_the_phone_offers_enables_the_key_and_a_failed_one_does_not(
    car: Car, account: str, phone_of: PhoneOf, platform: Platform
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    for method in methods_of(phone):
        require_authentication(phone)
        phone.screen.authenticate(method, right=False)
        assert not driving.unlocks(car, phone), f"unlocked after a wrong {method}"
        assert phone.screen.authenticate(method), f"the right {method} was not accepted"
        assert driving.unlocks(car, phone), f"not unlocked after {method}"


@pytest.mark.requirement("DK-AUTH-06")
@EACH_PLATFORM
def test_a_rejected_authentication_leaves_the_vehicle_locked_and_unstartable(
    car: Car, account: str, phone_of: PhoneOf, platform: Platform
) -> None:
    phone = phone_of(platform)
    pairing.pair(car, phone, account)
    require_authentication(phone)
    for method in methods_of(phone):
        assert not phone.screen.authenticate(method, right=False), f"a wrong {method} was accepted"
        assert not driving.unlocks(car, phone), f"unlocked after a wrong {method}"
        assert not driving.starts(car, phone), f"started after a wrong {method}"
