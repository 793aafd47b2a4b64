"""The immobilizer: a device that was given a token starts the vehicle with that token alone."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.digital_key.messages import Outcome
from rig.digital_key.secrets import Secret
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing

pytestmark = pytest.mark.requirement("DK-SEC-02")


def test_a_main_key_that_does_not_return_its_token_starts_nothing(car: Car, owner: Phone) -> None:
    (key,) = car.keyring
    given, key.token = key.token, Secret(bytes(32))
    assert given is not None, "the device was given no token at pairing"
    visit = driving.place(car, owner)
    assert visit.refused
    assert visit.outcome is Outcome.KEY_NOT_TRUSTED
    assert not car.press_start_stop().accepted
    assert not car.drive_ready
    assert driving.unlocks(car, owner), "unlocking asks for no token"
    key.token = given
    assert driving.starts(car, owner)


def test_a_shared_key_does_not_start_with_the_token_of_another(
    car: Car, account: str, owner_phone: Phone, friend_phone: Phone
) -> None:
    pairing.pair(car, owner_phone, account)
    sharing.share(car, owner_phone, friend_phone)
    driving.place(car, friend_phone)
    car.head_unit.confirm()  # its activation, offered on the screen
    assert driving.starts(car, friend_phone)
    owner, friend = sorted(car.keyring, key=lambda key: key.role == "friend")
    assert friend.token is not None, "the device was given no token in the tray"
    friend.token = owner.token
    assert not driving.starts(car, friend_phone)
