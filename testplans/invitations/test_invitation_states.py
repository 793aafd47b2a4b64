"""An invitation until it is accepted, taken back, or used up."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.sharing import CodeEntry, Platform
from rig.measure.observations import Observe
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing
from testplans.steps.sharing import PhoneOf


@pytest.mark.requirement("DK-INV-01")
@pytest.mark.parametrize("platform", list(Platform))
def test_the_owner_sees_the_share_as_pending_until_it_is_accepted(
    car: Car, phone_of: PhoneOf, account: str, platform: Platform, observe: Observe
) -> None:
    owner, recipient = phone_of(platform), phone_of(Platform.PIXEL)
    pairing.pair(car, owner, account)
    shared = sharing.invite(car, owner, recipient, recipient="Ann")
    shown = sharing.listed(car, owner, shared)
    assert (shown.recipient, shown.state) == ("Ann", "pending")
    observe("the owner reads before acceptance", shown.shown)
    recipient.wallet.open_link(shared.message)
    assert sharing.state_of(car, owner, shared) != "pending"


@pytest.mark.requirement("DK-INV-02")
@pytest.mark.parametrize("platform", list(Platform))
def test_the_owner_sees_the_granted_right_once_the_key_was_added(
    car: Car,
    phone_of: PhoneOf,
    account: str,
    platform: Platform,
    observe: Observe,
    measure: Measure,
) -> None:
    owner, recipient = phone_of(platform), phone_of(Platform.PIXEL)
    pairing.pair(car, owner, account)
    shared = sharing.invite(car, owner, recipient)
    with measure("acceptance_to_owner", unit="ms", of="acceptances").once() as acceptance:
        acceptance.starts()
        recipient.wallet.open_link(shared.message)
        acceptance.ends_with(sharing.granted(car, owner, shared))
    observe("the owner reads after acceptance", sharing.listed(car, owner, shared).shown)
    sharing.activate(car, recipient)
    assert sharing.state_of(car, owner, shared) == "active"
    observe("the owner reads after activation", sharing.listed(car, owner, shared).shown)


@pytest.mark.requirement("DK-INV-03")
@pytest.mark.parametrize("code", [CodeEntry.NONE, CodeEntry.PHONE], ids=["no code", "with code"])
@pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "vehicle offline"])
def test_an_invitation_that_is_not_accepted_opens_and_starts_nothing(
    car: Car, owner: Phone, friend_phone: Phone, online: bool, code: CodeEntry
) -> None:
    car.telematics.online = online
    shared = sharing.invite(car, owner, friend_phone, code=code)
    assert sharing.state_of(car, owner, shared) == "pending"
    assert driving.opens_nothing(car, friend_phone)
    assert driving.starts_nothing(car, friend_phone)
    assert [key.role for key in car.keyring] == ["owner"]


@pytest.mark.requirement("DK-INV-03")
def test_a_phone_that_cannot_reach_the_server_accepts_nothing(
    car: Car, owner: Phone, friend_phone: Phone
) -> None:
    shared = sharing.invite(car, owner, friend_phone)
    friend_phone.radios.set_airplane(on=True)
    try:
        assert not sharing.is_accepted(friend_phone, shared)
        assert driving.opens_nothing(car, friend_phone)
    finally:
        friend_phone.radios.set_airplane(on=False)
    assert sharing.state_of(car, owner, shared) == "pending"
    assert sharing.is_accepted(friend_phone, shared)


@pytest.mark.requirement("DK-INV-04")
@pytest.mark.parametrize("used_on_the_vehicle", [False, True], ids=["accepted", "used"])
def test_a_used_link_gives_nobody_else_a_key(
    car: Car, owner: Phone, friend_phone: Phone, third_phone: Phone, used_on_the_vehicle: bool
) -> None:
    shared = sharing.share(car, owner, friend_phone)
    if used_on_the_vehicle:
        assert driving.unlocks(car, friend_phone)
    with pytest.raises(ActionRefused):
        third_phone.wallet.open_link(shared.message)
    assert not third_phone.wallet.listed()
    assert driving.opens_nothing(car, third_phone)
    assert driving.unlocks(car, friend_phone)


@pytest.mark.requirement("DK-INV-04")
def test_a_link_whose_key_was_removed_stays_used(
    car: Car, owner: Phone, friend_phone: Phone, third_phone: Phone
) -> None:
    shared = sharing.share(car, owner, friend_phone)
    friend_phone.wallet.remove(car.keyring.identifier)
    assert not sharing.is_accepted(third_phone, shared)
    assert not sharing.is_accepted(friend_phone, shared)


@pytest.mark.requirement("DK-INV-05")
@pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "vehicle offline"])
def test_an_invitation_that_was_taken_back_cannot_be_accepted(
    car: Car, owner: Phone, friend_phone: Phone, online: bool
) -> None:
    car.telematics.online = online
    shared = sharing.invite(car, owner, friend_phone)
    owner.sharing.stop(car.keyring.identifier, shared.share_id)
    assert sharing.state_of(car, owner, shared) == "ended"
    with pytest.raises(ActionRefused):
        friend_phone.wallet.open_link(shared.message)
    assert not friend_phone.wallet.listed()
    assert driving.opens_nothing(car, friend_phone)
