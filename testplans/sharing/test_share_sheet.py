"""The share sheet: opened from the key, with channels to choose and permissions to give."""

from __future__ import annotations

from datetime import time

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.sharing import Area, Channel, Hours, Platform, Restrictions
from drivers.api.wallet import WalletAction
from rig.key_server.contract import KeyServer
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing
from testplans.steps.sharing import PhoneOf

IOS, PIXEL, SAMSUNG = Platform.IOS, Platform.PIXEL, Platform.SAMSUNG
BY_LINK = (Channel.SMS, Channel.EMAIL, Channel.MESSENGER)


@pytest.mark.requirement("DK-SHARE-06")
@pytest.mark.parametrize("platform", list(Platform))
def test_the_share_control_of_the_key_opens_the_share_sheet(
    car: Car, phone_of: PhoneOf, account: str, platform: Platform, observe: Observe
) -> None:
    owner = phone_of(platform)
    pairing.pair(car, owner, account)
    actions = owner.wallet.actions(car.keyring.identifier)
    assert WalletAction.SHARE in actions
    assert owner.sharing.sheet(car.keyring.identifier).channels
    observe("the share control reads", actions[WalletAction.SHARE])


@pytest.mark.requirement("DK-SHARE-06")
def test_a_shared_key_has_no_share_control(car: Car, owner: Phone, friend_phone: Phone) -> None:
    sharing.share(car, owner, friend_phone)
    assert WalletAction.SHARE not in friend_phone.wallet.actions(car.keyring.identifier)
    with pytest.raises(ActionRefused):
        friend_phone.sharing.sheet(car.keyring.identifier)


@pytest.mark.requirement("DK-SHARE-07")
@pytest.mark.parametrize("platform", list(Platform))
def test_the_invitation_goes_to_the_contact_in_the_chosen_app(
    car: Car, phone_of: PhoneOf, account: str, platform: Platform
) -> None:
    owner, recipient = phone_of(platform), phone_of(IOS)
    pairing.pair(car, owner, account)
    channels = owner.sharing.sheet(car.keyring.identifier).channels
    assert set(BY_LINK) <= set(channels)
    sent = {
        channel: sharing.invite(car, owner, recipient, channel=channel, recipient=f"by {channel}")
        for channel in BY_LINK
    }
    shares = owner.sharing.shares(car.keyring.identifier)
    assert [each.recipient for each in shares] == [f"by {channel}" for channel in BY_LINK]
    assert len({shared.message for shared in sent.values()}) == len(BY_LINK)
    recipient.wallet.open_link(sent[Channel.MESSENGER].message)
    assert sharing.state_of(car, owner, sent[Channel.MESSENGER]) in sharing.GRANTED
    assert sharing.state_of(car, owner, sent[Channel.SMS]) == "pending"


@pytest.mark.requirement("DK-SHARE-14")
def test_an_iphone_hands_a_key_to_an_iphone_by_airdrop(
    car: Car, phone_of: PhoneOf, account: str
) -> None:
    owner, recipient = phone_of(IOS), phone_of(IOS)
    pairing.pair(car, owner, account)
    assert Channel.AIRDROP in owner.sharing.sheet(car.keyring.identifier).channels
    sharing.share(car, owner, recipient, channel=Channel.AIRDROP)
    assert sharing.has_key(recipient)
    assert driving.unlocks(car, recipient)


@pytest.mark.requirement("DK-SHARE-15")
@pytest.mark.parametrize(
    ("sender", "receiver"),
    [(PIXEL, PIXEL), (PIXEL, SAMSUNG), (SAMSUNG, PIXEL)],
    ids=["pixel to pixel", "pixel to samsung", "samsung to pixel"],
)
def test_an_android_phone_hands_a_key_to_another_by_nearby_share(
    car: Car, phone_of: PhoneOf, account: str, sender: Platform, receiver: Platform
) -> None:
    owner, recipient = phone_of(sender), phone_of(receiver)
    pairing.pair(car, owner, account)
    assert Channel.NEARBY_SHARE in owner.sharing.sheet(car.keyring.identifier).channels
    sharing.share(car, owner, recipient, channel=Channel.NEARBY_SHARE)
    assert sharing.has_key(recipient)
    assert driving.unlocks(car, recipient)


@pytest.mark.requirement("DK-SHARE-14", "DK-SHARE-15")
@pytest.mark.parametrize("sender", [IOS, PIXEL, SAMSUNG])
def test_what_a_mixed_pair_is_offered_is_recorded_and_a_link_works(
    car: Car, phone_of: PhoneOf, account: str, observe: Observe, sender: Platform
) -> None:
    receiver = PIXEL if sender is IOS else IOS
    channel = Channel.AIRDROP if sender is IOS else Channel.NEARBY_SHARE
    owner, recipient = phone_of(sender), phone_of(receiver)
    pairing.pair(car, owner, account)
    try:
        sharing.invite(car, owner, recipient, channel=channel)
        said = "taken"
    except ActionRefused as refusal:
        said = f"refused: {refusal.reason}"
    observe(f"{channel} from {sender} to {receiver}", said, ambiguity="AMB-43")
    sharing.share(car, owner, recipient)
    assert driving.unlocks(car, recipient)


@pytest.mark.requirement("DK-SHARE-16")
@pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "vehicle offline"])
def test_the_chosen_permissions_are_bound_to_the_invitation(
    car: Car, owner: Phone, friend_phone: Phone, key_server: KeyServer, online: bool
) -> None:
    limits = set(owner.sharing.sheet(car.keyring.identifier).limits)
    everything = Restrictions(
        hours=(Hours(time(0, 0), time(23, 59)), Hours(time(23, 59), time(0, 0))),
        areas=(Area(48.1771, 11.5562, 5000.0),),
        top_speed_kmh=110,
        volume_percent=40,
    )
    assert everything.used <= limits, "not all is offered"
    car.telematics.online = online
    shared = sharing.share(car, owner, friend_phone, restrictions=everything)
    bound = key_server.shares.invitation(shared.share_id).offer.restrictions
    assert bound == everything
    assert driving.unlocks(car, friend_phone)
    [key] = [key for key in car.keyring if key.role == "friend"]
    assert key.restrictions == everything
