"""What tests of several capabilities begin with."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.vehicle.car import Car
from testplans.steps import pairing


@pytest.fixture
def owner(car: Car, owner_phone: Phone, account: str) -> Phone:
    """The owner's phone with the main key on it; that it comes there is another test's matter."""
    pairing.pair(car, owner_phone, account)
    return owner_phone
