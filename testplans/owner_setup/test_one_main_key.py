"""A vehicle has one owner main key at a time."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.key_server.contract import KeyServer
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing


@pytest.mark.requirement("DK-SETUP-11")
def test_a_main_key_on_a_second_phone_ends_the_first(
    car: Car, owner_phone: Phone, third_phone: Phone, account: str, key_server: KeyServer
) -> None:
    pairing.pair(car, owner_phone, account)
    assert driving.unlocks(car, owner_phone)
    pairing.pair(car, third_phone, account)
    assert pairing.has_main_key(car, third_phone)
    assert pairing.roles_listed(car) == ["owner"]
    assert not driving.unlocks(car, owner_phone)
    assert not driving.starts(car, owner_phone)
    assert all(key.state == "ended" for key in owner_phone.wallet.listed())
    assert driving.unlocks(car, third_phone)
    known = key_server.tracking.keys(car.keyring.identifier)
    assert [key.role for key in known] == ["owner"]


@pytest.mark.requirement("DK-SETUP-11")
def test_the_first_ends_even_while_the_vehicle_is_offline(
    car: Car, owner_phone: Phone, third_phone: Phone, account: str
) -> None:
    pairing.pair(car, owner_phone, account)
    pairing.begin_pairing(car, third_phone, account)
    car.telematics.online = False
    pairing.finish(car, third_phone)
    assert pairing.roles_listed(car) == ["owner"]
    assert not driving.unlocks(car, owner_phone)
    assert driving.unlocks(car, third_phone)


@pytest.mark.requirement("DK-SETUP-11")
def test_what_a_new_main_key_means_for_shared_keys_is_written_down(
    car: Car,
    owner_phone: Phone,
    friend_phone: Phone,
    third_phone: Phone,
    account: str,
    observe: Observe,
) -> None:
    pairing.pair(car, owner_phone, account)
    sharing.share(car, owner_phone, friend_phone)
    assert driving.unlocks(car, friend_phone)
    pairing.pair(car, third_phone, account)
    outlives = driving.unlocks(car, friend_phone)
    observe("a shared key outlives a new main key", outlives, ambiguity="AMB-07")
    assert pairing.roles_listed(car).count("owner") == 1
