"""The phone with the main key is lost: its key is deleted without it."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.key_server.contract import KeyServer
from rig.key_server.errors import NotAuthorised
from rig.key_server.keys import Authority, Ending, KeyState
from rig.vehicle.car import Car
from testplans.steps import driving
from testplans.steps.vehicle_keys import delete_with_fob, give, is_of_no_use, listed, name_of


@pytest.mark.requirement("DK-LOST-01")
@pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "offline"])
@pytest.mark.parametrize("whose", ["owner", "friend"])
def test_a_lost_phone_whose_key_was_deleted_in_the_menu_has_no_effect(
    car: Car, owner: Phone, friend_phone: Phone, whose: str, online: bool
) -> None:
    give(car, owner, friend_phone)
    lost, kept = (owner, friend_phone) if whose == "owner" else (friend_phone, owner)
    name = name_of(car, lost)
    lost.radios.set_airplane(on=True)
    car.telematics.online = online
    delete_with_fob(car, name)
    assert name not in listed(car)
    assert is_of_no_use(car, lost)
    if whose == "friend":
        assert driving.unlocks(car, kept)
    car.telematics.online = True
    car.reconcile()
    assert is_of_no_use(car, lost)


@pytest.mark.requirement("DK-LOST-01")
@pytest.mark.parametrize("inside", list(Authority))
def test_a_lost_main_key_is_deleted_with_a_fob_inside_and_nothing_else(
    car: Car, owner: Phone, key_server: KeyServer, inside: Authority
) -> None:
    """Whoever says that the phone is lost cannot have its key in the vehicle."""
    [key] = owner.wallet.listed()
    if inside is Authority.FOB:
        key_server.revocation.in_vehicle(key.key_id, inside, lost=True)
        assert key_server.tracking.key(key.key_id).ending is Ending.PHONE_LOST
        car.reconcile()
        assert is_of_no_use(car, owner)
    else:
        with pytest.raises(NotAuthorised):
            key_server.revocation.in_vehicle(key.key_id, inside, lost=True)
        assert key_server.tracking.key(key.key_id).state is KeyState.ACTIVE
        assert driving.unlocks(car, owner)
