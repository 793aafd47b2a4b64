"""How a key is set right after its pairing, on each platform (AMB-11)."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from drivers.api.phone_controls import KeyOption
from drivers.api.sharing import Platform
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from testplans.steps import driving


@pytest.mark.parametrize(
    "platform",
    [
        pytest.param(Platform.IOS, marks=pytest.mark.requirement("DK-AUTH-09")),
        pytest.param(Platform.PIXEL, marks=pytest.mark.requirement("DK-AUTH-10")),
        pytest.param(Platform.SAMSUNG, marks=pytest.mark.requirement("DK-AUTH-11")),
    ],
)
def test_a_new_key_works_on_a_locked_phone_and_its_settings_say_so(
    car: Car, paired_phone: Phone, observe: Observe
) -> None:
    shown = paired_phone.options.read(KeyOption.WORKS_LOCKED)
    observe("the setting as the phone words it", f"{shown.name}: {shown.value}")
    assert shown.on, f"{shown.name} is {shown.value} after pairing"
    paired_phone.screen.lock()
    assert driving.unlocks(car, paired_phone)
    assert not paired_phone.screen.asked()
