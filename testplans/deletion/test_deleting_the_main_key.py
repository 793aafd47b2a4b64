"""The main key is deleted, in the wallet or in the vehicle."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from drivers.api.sharing import Platform
from drivers.api.wallet import WalletAction
from rig.key_server.software_status import SoftwareStatus
from rig.key_server.vehicles import Artefact
from rig.measure.observations import Observe
from rig.measure.outcomes import NotApplicable
from rig.vehicle.car import Car
from rig.vehicle.menu_views import Kind
from rig.vehicle.menus import Function
from testplans.steps import driving, pairing
from testplans.steps.vehicle_keys import (
    delete_with_fob,
    give,
    is_deleted,
    is_of_no_use,
    listed,
    name_of,
)


@pytest.mark.requirement("DK-DEL-01")
@pytest.mark.parametrize("whose", ["owner_phone", "friend_phone", "third_phone"])
def test_a_main_key_deleted_in_the_wallet_is_gone(
    car: Car, account: str, request: pytest.FixtureRequest, whose: str
) -> None:
    phone: Phone = request.getfixturevalue(whose)
    pairing.pair(car, phone, account)
    name = name_of(car, phone)
    assert driving.unlocks(car, phone)
    phone.wallet.remove(car.keyring.identifier)
    assert not phone.wallet.listed()
    assert name not in listed(car)
    assert is_of_no_use(car, phone)


@pytest.mark.requirement("DK-DEL-01")
@pytest.mark.parametrize("where", ["wallet", "vehicle"])
def test_what_becomes_of_shared_keys_without_a_main_key_is_recorded(
    car: Car,
    owner: Phone,
    friend_phone: Phone,
    observe: Observe,
    where: str,
) -> None:
    give(car, owner, friend_phone)
    main_key = name_of(car, owner)
    if where == "wallet":
        owner.wallet.remove(car.keyring.identifier)
    else:
        delete_with_fob(car, main_key)
    states = listed(car)
    observe("state of the main key at once", states.get(main_key, "gone"), ambiguity="AMB-35")
    observe("a shared key unlocks", driving.unlocks(car, friend_phone), ambiguity="AMB-35")
    assert is_of_no_use(car, owner)


def action_named(
    car: Car, phone: Phone, account: str, observe: Observe, platforms: set[Platform], words: str
) -> None:
    """The main key's deletion is offered; words that are not the guide's are for people to read."""
    if phone.platform not in platforms:
        raise NotApplicable(f"{phone.name} is a phone of platform {phone.platform}")
    pairing.pair(car, phone, account)
    actions = phone.wallet.actions(car.keyring.identifier)
    assert WalletAction.REMOVE in actions
    shown = actions[WalletAction.REMOVE]
    assert shown
    other = shown.casefold() != words
    observe("the action is called", shown, ambiguity="AMB-30" if other else "")


@pytest.mark.requirement("DK-DEL-02")
def test_an_iphone_offers_to_remove_this_car_key(
    car: Car, owner_phone: Phone, account: str, observe: Observe
) -> None:
    action_named(car, owner_phone, account, observe, {Platform.IOS}, "remove this car key")


@pytest.mark.requirement("DK-DEL-03")
@pytest.mark.parametrize("whose", ["friend_phone", "third_phone"])
def test_google_and_samsung_wallets_offer_to_delete_the_key(
    car: Car, account: str, observe: Observe, request: pytest.FixtureRequest, whose: str
) -> None:
    phone: Phone = request.getfixturevalue(whose)
    android = {Platform.PIXEL, Platform.SAMSUNG}
    action_named(car, phone, account, observe, android, "delete key")


@pytest.mark.requirement("DK-DEL-04")
@pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "offline"])
def test_a_main_key_deleted_in_the_keys_menu_is_gone_at_once(
    car: Car, owner: Phone, online: bool
) -> None:
    name = name_of(car, owner)
    car.telematics.online = online
    delete_with_fob(car, name)
    assert name not in listed(car)
    assert is_of_no_use(car, owner)
    car.telematics.online = True
    car.reconcile()
    assert name not in listed(car)
    assert not owner.wallet.listed()


@pytest.mark.requirement("DK-DEL-04")
def test_without_main_key_and_fob_inside_the_keys_menu_deletes_no_main_key(
    car: Car, owner: Phone
) -> None:
    assert not is_deleted(car, name_of(car, owner))
    assert driving.unlocks(car, owner)


@pytest.mark.requirement("DK-DEL-05")
@pytest.mark.parametrize("software", [SoftwareStatus(2024, 7), SoftwareStatus(2025, 7)], ids=str)
def test_deleting_in_the_car_asks_first_and_can_be_cancelled(
    car: Car, owner: Phone, software: SoftwareStatus
) -> None:
    name = name_of(car, owner)
    with car.recoded(software=software):
        car.cabin.put(Artefact.FIRST_FOB)
        car.head_unit.follow(Function.DELETE_KEY)
        assert car.head_unit.choose(name).kind is Kind.QUESTION
        car.head_unit.cancel()
        assert driving.unlocks(car, owner)
        car.head_unit.follow(Function.DELETE_KEY)
        car.head_unit.choose(name)
        car.head_unit.confirm()
        assert name not in listed(car)
    assert is_of_no_use(car, owner)
