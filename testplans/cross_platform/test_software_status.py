"""Which vehicles share across makers: by their software status, which is a year and a month."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.sharing import Channel, Platform
from rig.key_server.software_status import SoftwareStatus
from rig.key_server.vehicles import Body
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing
from testplans.steps.sharing import PhoneOf

IOS, PIXEL = Platform.IOS, Platform.PIXEL
FIRST = SoftwareStatus(2022, 11)
LAST_BEFORE = SoftwareStatus(2022, 10)
LATER = [(FIRST, IOS), (FIRST, PIXEL), (SoftwareStatus(2023, 3), IOS)]
EARLIER = [(LAST_BEFORE, IOS), (LAST_BEFORE, PIXEL), (SoftwareStatus(2021, 12), IOS)]


def is_shared(car: Car, owner: Phone, recipient: Phone) -> bool:
    """Whether a key can be shared by a link that anyone can be sent."""
    try:
        sharing.share(car, owner, recipient)
    except ActionRefused:
        return False
    return driving.unlocks(car, recipient)


@pytest.mark.requirement("DK-XPLAT-08")
@pytest.mark.parametrize(("software", "sender"), LATER, ids=str)
def test_a_vehicle_from_22_11_on_shares_across_makers(
    car: Car, phone_of: PhoneOf, account: str, software: SoftwareStatus, sender: Platform
) -> None:
    owner, recipient = phone_of(sender), phone_of(PIXEL if sender is IOS else IOS)
    with car.recoded(software=software):
        pairing.pair(car, owner, account)
        assert is_shared(car, owner, recipient)


@pytest.mark.requirement("DK-XPLAT-09")
@pytest.mark.parametrize(("software", "sender"), EARLIER, ids=str)
def test_a_vehicle_below_22_11_does_not_share_across_makers(
    car: Car, phone_of: PhoneOf, account: str, software: SoftwareStatus, sender: Platform
) -> None:
    owner, recipient = phone_of(sender), phone_of(PIXEL if sender is IOS else IOS)
    with car.recoded(software=software):
        pairing.pair(car, owner, account)
        assert Channel.SMS not in owner.sharing.sheet(car.keyring.identifier).channels
        assert not is_shared(car, owner, recipient)
        assert not recipient.wallet.listed()
        assert driving.opens_nothing(car, recipient)


@pytest.mark.requirement("DK-XPLAT-09")
def test_below_22_11_the_link_for_an_iphone_gives_another_phone_nothing(
    car: Car, phone_of: PhoneOf, account: str, observe: Observe
) -> None:
    owner, friend, other = phone_of(IOS), phone_of(IOS), phone_of(PIXEL)
    with car.recoded(software=LAST_BEFORE):
        pairing.pair(car, owner, account)
        try:
            shared = sharing.invite(car, owner, friend, channel=Channel.IMESSAGE)
        except ActionRefused as refusal:
            observe("iPhone to iPhone below 22-11", refusal.reason, ambiguity="AMB-28")
            return
        assert not sharing.is_accepted(other, shared)
        accepted = sharing.is_accepted(friend, shared)
        observe("iPhone to iPhone below 22-11", accepted, ambiguity="AMB-28")


@pytest.mark.requirement("DK-XPLAT-10")
@pytest.mark.parametrize("body", [Body.CONVERTIBLE, Body.HATCH], ids=["Key", "Key Plus"])
def test_a_vehicle_as_delivered_shares_across_makers(
    car: Car, phone_of: PhoneOf, account: str, body: Body, observe: Observe
) -> None:
    owner, recipient = phone_of(IOS), phone_of(PIXEL)
    with car.recoded(body=body):
        observe("variant and software as delivered", f"{car.interior.variant}, {software(car)}")
        pairing.pair(car, owner, account)
        assert is_shared(car, owner, recipient)


def software(car: Car) -> SoftwareStatus:
    """What is installed, by the vehicle's record."""
    return car.interior.record.software


@pytest.mark.requirement("DK-XPLAT-11")
def test_an_upgrade_to_22_11_keeps_the_keys_and_brings_sharing_across_makers(
    car: Car, phone_of: PhoneOf, account: str, observe: Observe
) -> None:
    owner, friend, android = phone_of(IOS), phone_of(IOS), phone_of(PIXEL)
    with car.recoded(software=LAST_BEFORE):
        pairing.pair(car, owner, account)
        old_keys = [owner]
        try:
            sharing.share(car, owner, friend, channel=Channel.IMESSAGE)
            old_keys.append(friend)
        except ActionRefused as refusal:
            observe("no share before the upgrade", refusal.reason)
        assert not is_shared(car, owner, android)
        with car.recoded(software=FIRST):
            assert all(driving.unlocks(car, holder) for holder in old_keys)
            assert driving.starts(car, owner)
            assert is_shared(car, owner, android)
