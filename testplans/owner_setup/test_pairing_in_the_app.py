"""Creating the main key in the maker's app."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.vehicle.car import Car
from testplans.steps import driving, pairing


@pytest.mark.requirement("DK-SETUP-06", "DK-SETUP-09", "DK-SCARD-08")
def test_start_pairing_ends_with_the_main_key_on_the_phone(
    car: Car, owner_phone: Phone, account: str
) -> None:
    visit = pairing.pair(car, owner_phone, account)
    assert [key.role for key in owner_phone.wallet.listed()] == ["owner"], visit.explanation
    assert [key.role for key in car.keyring if key.role != "card"] == ["owner"]
    assert driving.unlocks(car, owner_phone)
    assert driving.starts(car, owner_phone)
