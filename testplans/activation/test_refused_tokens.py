"""A wrong, reused or expired pairing token or link makes no key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.secret_text import SecretText
from rig.key_server.contract import KeyServer
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from rig.vehicle.menu_views import Kind
from rig.vehicle.menus import Function
from testplans.steps import driving, letters, pairing

BAD = ["wrong", "empty", "reused", "expired", "of an earlier letter"]


def spoilt(kind: str, car: Car, server: KeyServer, account: str) -> tuple[SecretText, SecretText]:
    """Link and token of a letter that are good no longer, or never were."""
    link, token = letters.message(server, account), letters.token(server, account)
    if kind == "wrong":
        letter = letters.newest(server, account)
        other = "".join("1" if c == "0" else "0" for c in letter.link.decode())
        wrong = "".join("1" if c == "0" else "0" for c in token.reveal())
        return SecretText(link.reveal().replace(letter.link.decode(), other)), SecretText(wrong)
    if kind == "empty":
        return SecretText("no link here"), SecretText("")
    if kind == "expired":
        car.let_pass(timedelta(days=31))
    if kind == "of an earlier letter":
        server.letters.renew(account, car.keyring.identifier)
    return link, token


def use_up(car: Car, phone: Phone, server: KeyServer, account: str) -> None:
    """Pair with the letter's link, and delete the key again."""
    car.body.set_power(Power.ACCESSORY)
    phone.wallet.open_link(letters.message(server, account))
    pairing.finish(car, phone)
    phone.wallet.remove(car.keyring.identifier)
    car.settle()
    car.reconcile()
    assert not pairing.has_main_key(car, phone)


@pytest.mark.requirement("DK-ACT-08")
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_is_refused_on_the_display_and_makes_no_key(
    car: Car, owner_phone: Phone, key_server: KeyServer, account: str, kind: str
) -> None:
    if kind == "reused":
        use_up(car, owner_phone, key_server, account)
    car.body.set_power(Power.ACCESSORY)
    _, token = spoilt(kind, car, key_server, account)
    driving.place(car, owner_phone)
    car.head_unit.follow(Function.ADD_KEY)
    with pytest.raises(ActionRefused) as refusal:
        car.head_unit.type_in(token)
    assert car.head_unit.view.kind is Kind.REFUSED
    assert not token.reveal() or token.reveal() not in str(refusal.value)
    assert car.pairing.pairing is None
    owner_phone.withdraw()
    assert driving.place(car, owner_phone).refused
    assert not pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-ACT-08")
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_link_is_refused_on_the_phone_and_makes_no_key(
    car: Car, owner_phone: Phone, key_server: KeyServer, account: str, kind: str
) -> None:
    if kind == "reused":
        use_up(car, owner_phone, key_server, account)
    car.body.set_power(Power.ACCESSORY)
    message, _ = spoilt(kind, car, key_server, account)
    with pytest.raises(ActionRefused):
        owner_phone.wallet.open_link(message)
    assert not car.pairing.active
    assert driving.place(car, owner_phone).refused
    assert not pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-ACT-08")
@pytest.mark.parametrize("first", ["link", "token"])
def test_link_and_token_of_one_letter_are_good_once_together(
    car: Car, owner_phone: Phone, key_server: KeyServer, account: str, first: str
) -> None:
    car.body.set_power(Power.ACCESSORY)
    message, token = letters.message(key_server, account), letters.token(key_server, account)
    if first == "link":
        owner_phone.wallet.open_link(message)
        car.head_unit.follow(Function.ADD_KEY)
        with pytest.raises(ActionRefused):
            car.head_unit.type_in(token)
    else:
        car.head_unit.follow(Function.ADD_KEY)
        car.head_unit.type_in(token)
        with pytest.raises(ActionRefused):
            owner_phone.wallet.open_link(message)
        assert driving.place(car, owner_phone).refused, "the phone was told no password"
        assert not pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-ACT-08")
def test_a_token_of_a_letter_that_came_anew_is_good(
    car: Car, owner_phone: Phone, key_server: KeyServer, account: str
) -> None:
    car.body.set_power(Power.ACCESSORY)
    car.let_pass(timedelta(days=31))
    key_server.letters.renew(account, car.keyring.identifier)
    owner_phone.wallet.open_link(letters.message(key_server, account))
    pairing.finish(car, owner_phone)
    assert pairing.has_main_key(car, owner_phone)
