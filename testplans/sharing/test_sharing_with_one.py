"""Sharing with one recipient: the link, the wallet, the first use."""

from __future__ import annotations

import pytest

from drivers.api.maker_app import AppState, Installed
from drivers.api.phone import Phone
from drivers.api.sharing import Platform
from rig.measure.observations import Observe
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing
from testplans.steps.sharing import PhoneOf


@pytest.mark.requirement("DK-SHARE-08", "DK-SHARE-09", "DK-SHARE-10")
@pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "vehicle offline"])
def test_a_recipient_without_app_and_account_opens_the_link_and_unlocks(
    car: Car, owner: Phone, friend_phone: Phone, online: bool
) -> None:
    friend_phone.app.sign_in(None)
    assert friend_phone.app.install(Installed.MISSING).state is AppState.MISSING
    car.telematics.online = online
    sharing.share(car, owner, friend_phone)
    assert [key.role for key in friend_phone.wallet.listed()] == ["shared"]
    assert driving.unlocks(car, friend_phone)


@pytest.mark.requirement("DK-SHARE-08")
@pytest.mark.parametrize("platform", list(Platform))
def test_the_link_brings_the_key_into_the_wallet(
    car: Car, phone_of: PhoneOf, account: str, platform: Platform, measure: Measure
) -> None:
    owner, recipient = phone_of(Platform.IOS), phone_of(platform)
    pairing.pair(car, owner, account)
    with measure("link_to_wallet", unit="ms", of="links").repeat(3) as links:
        for link in links:
            shared = sharing.invite_using_the_key(car, owner, recipient)
            link.starts()
            recipient.wallet.open_link(shared.message)
            link.ends_with(sharing.added(car, recipient))
            recipient.wallet.remove(car.keyring.identifier)
    assert not recipient.wallet.listed()


@pytest.mark.requirement("DK-SHARE-11")
@pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "vehicle offline"])
def test_what_an_accepted_key_does_before_its_activation_is_recorded(
    car: Car, owner: Phone, friend_phone: Phone, online: bool, observe: Observe
) -> None:
    car.telematics.online = online
    shared = sharing.share(car, owner, friend_phone)
    assert sharing.state_of(car, owner, shared) in sharing.GRANTED
    assert driving.unlocks(car, friend_phone), "an accepted key unlocks"
    starts = driving.starts(car, friend_phone)
    observe("an accepted key unlocks", True, ambiguity="AMB-04")
    observe("an accepted key starts before activation on screen", starts, ambiguity="AMB-04")
    fits = "active upon acceptance" if starts else "activated on screen at first use"
    observe("fits the statement", fits, ambiguity="AMB-04")


@pytest.mark.requirement("DK-SHARE-13")
def test_two_invitations_are_open_at_the_same_time(
    car: Car, owner: Phone, friend_phone: Phone, third_phone: Phone
) -> None:
    first = sharing.invite(car, owner, friend_phone)
    second = sharing.invite(car, owner, third_phone)
    assert sharing.states(car, owner) == ["pending", "pending"]
    third_phone.wallet.open_link(second.message)
    assert sharing.state_of(car, owner, first) == "pending"
    friend_phone.wallet.open_link(first.message)
    assert driving.unlocks(car, friend_phone)
    assert driving.unlocks(car, third_phone)
