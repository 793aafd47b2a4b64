"""The link of a shared key travels by whatever carries a message, and is all it takes."""

from __future__ import annotations

import pytest

from drivers.api.maker_app import Installed
from drivers.api.phone import Phone
from drivers.api.sharing import Channel, Platform
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing
from testplans.steps.sharing import PhoneOf

IOS, PIXEL, SAMSUNG = Platform.IOS, Platform.PIXEL, Platform.SAMSUNG
ACROSS = pytest.mark.parametrize(
    ("sender", "receiver"),
    [(IOS, PIXEL), (PIXEL, SAMSUNG), (SAMSUNG, IOS)],
    ids=["ios to pixel", "pixel to samsung", "samsung to ios"],
)


def link_goes_by(car: Car, owner: Phone, recipient: Phone, channel: Channel) -> None:
    """Offered on the sheet, sent, opened: the key is there and unlocks."""
    assert channel in owner.sharing.sheet(car.keyring.identifier).channels
    sharing.share(car, owner, recipient, channel=channel)
    assert sharing.has_key(recipient)
    assert driving.unlocks(car, recipient)


@pytest.mark.parametrize(
    "channel",
    [
        pytest.param(Channel.EMAIL, marks=pytest.mark.requirement("DK-XPLAT-04")),
        pytest.param(Channel.SMS, marks=pytest.mark.requirement("DK-XPLAT-05")),
        pytest.param(Channel.MESSENGER, marks=pytest.mark.requirement("DK-XPLAT-06")),
    ],
)
@ACROSS
def test_the_link_goes_by_what_carries_a_message(
    car: Car,
    phone_of: PhoneOf,
    account: str,
    sender: Platform,
    receiver: Platform,
    channel: Channel,
) -> None:
    owner, recipient = phone_of(sender), phone_of(receiver)
    pairing.pair(car, owner, account)
    link_goes_by(car, owner, recipient, channel)


@pytest.mark.requirement("DK-XPLAT-07")
@pytest.mark.parametrize(
    ("receiver", "channel"),
    [(IOS, Channel.SMS), (PIXEL, Channel.EMAIL), (IOS, Channel.MESSENGER)],
)
def test_an_iphone_shares_without_imessage(
    car: Car, phone_of: PhoneOf, account: str, receiver: Platform, channel: Channel
) -> None:
    owner, recipient = phone_of(IOS), phone_of(receiver)
    pairing.pair(car, owner, account)
    link_goes_by(car, owner, recipient, channel)


@pytest.mark.requirement("DK-XPLAT-12")
@ACROSS
def test_opening_the_link_is_all_the_recipient_does(
    car: Car,
    phone_of: PhoneOf,
    account: str,
    sender: Platform,
    receiver: Platform,
    measure: Measure,
) -> None:
    owner, recipient = phone_of(sender), phone_of(receiver)
    pairing.pair(car, owner, account)
    recipient.app.sign_in(None)
    recipient.app.install(Installed.MISSING)
    shared = sharing.invite(car, owner, recipient)
    with measure("link_to_wallet", unit="ms", of="links").once() as link:
        link.starts()
        recipient.wallet.open_link(shared.message)
        link.ends_with(sharing.added(car, recipient))
    assert driving.unlocks(car, recipient)
