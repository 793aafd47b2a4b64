"""What tests of several capabilities begin with."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from drivers.api.sharing import Platform
from rig.vehicle.car import Car
from testplans.steps import pairing
from testplans.steps.phones import PhoneOf


@pytest.fixture
def owner(car: Car, owner_phone: Phone, account: str) -> Phone:
    """The owner's phone with the main key on it; that it comes there is another test's matter."""
    pairing.pair(car, owner_phone, account)
    return owner_phone


@pytest.fixture
def paired_phone(car: Car, account: str, phone_of: PhoneOf, platform: Platform) -> Phone:
    """A phone of the platform the test is run for (EACH_PLATFORM), with the main key on it."""
    paired = phone_of(platform)
    pairing.pair(car, paired, account)
    return paired
