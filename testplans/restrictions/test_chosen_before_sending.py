"""Restrictions are chosen before the invitation goes out, from what vehicle and phone offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.sharing import Area, Hours, Limit, Platform, Restrictions
from rig.digital_key.attestation import Entitlement
from rig.key_server.contract import KeyServer, SigningRelay
from rig.key_server.invitations import ToSign
from rig.key_server.vehicles import Body
from rig.measure.observations import Observe
from rig.measure.outcomes import Inconclusive
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing
from testplans.steps.sharing import PhoneOf

ONE_OF_EACH = {
    Limit.HOURS: Restrictions(hours=(Hours(time(9, 0), time(17, 0)),)),
    Limit.AREAS: Restrictions(areas=(Area(48.1771, 11.5562, 1000.0),)),
    Limit.TOP_SPEED: Restrictions(top_speed_kmh=90),
    Limit.VOLUME: Restrictions(volume_percent=40),
}


def restrictions_of(car: Car, recipient: Phone) -> Restrictions:
    """Those of the recipient's key, as the vehicle has them after a tap."""
    assert driving.unlocks(car, recipient)
    key_id = recipient.wallet.listed()[0].key_id
    return next(key for key in car.keyring if key.key_id == key_id).restrictions


@pytest.mark.requirement("DK-RESTR-05")
@pytest.mark.parametrize(
    "speeds", [(None, 90), (90, None), (90, 120)], ids=["add one", "lift it", "change it"]
)
@pytest.mark.parametrize("accepted", [False, True], ids=["open", "accepted"])
def test_a_restriction_cannot_be_changed_without_a_new_invitation(
    car: Car,
    owner: Phone,
    friend_phone: Phone,
    speeds: tuple[int | None, int | None],
    accepted: bool,
) -> None:
    first, second = (Restrictions(top_speed_kmh=speed) for speed in speeds)
    sent = sharing.invite(car, owner, friend_phone, restrictions=first)
    if accepted:
        friend_phone.wallet.open_link(sent.message)
    later = sharing.invite(car, owner, friend_phone, restrictions=second)
    if not accepted:
        friend_phone.wallet.open_link(sent.message)
    assert later.share_id != sent.share_id
    assert restrictions_of(car, friend_phone) == first
    friend_phone.wallet.remove(car.keyring.identifier)
    friend_phone.wallet.open_link(later.message)
    assert restrictions_of(car, friend_phone) == second


@pytest.mark.requirement("DK-RESTR-05", "DK-SHARE-16")
@pytest.mark.parametrize("speed", [None, 120], ids=["lifted", "raised"])
def test_the_owners_phone_signs_no_other_restriction_than_it_sent(
    car: Car, owner: Phone, friend_phone: Phone, key_server: KeyServer, speed: int | None
) -> None:
    car.telematics.online = False  # so that the owner's signature alone makes the key known
    key_server.signing = altered = Altered(key_server.signing, speed)
    restrictions = Restrictions(top_speed_kmh=90)
    sharing.share(car, owner, friend_phone, restrictions=restrictions)
    if not altered.asked:
        raise Inconclusive("the owner's phone asks another key server for what it is to sign")
    assert altered.signed == 0, "signed for another restriction"
    assert driving.opens_nothing(car, friend_phone)


class Altered(SigningRelay):
    """A key server that asks the owner's phone to sign another top speed than was sent."""

    def __init__(self, relay: SigningRelay, speed_kmh: int | None) -> None:
        self._relay = relay
        self._speed = None if speed_kmh is None else speed_kmh.to_bytes(2, "big")
        self.asked, self.signed = 0, 0

    def to_sign(self, main_key: bytes) -> Sequence[ToSign]:
        """What waits, with the other speed."""
        waiting = self._relay.to_sign(main_key)
        self.asked += len(waiting)
        return [ToSign(each.invitation_id, self._with_speed(each.entitlement)) for each in waiting]

    def deliver(self, invitation_id: str, attestation: bytes) -> None:
        """The phone has signed: count it, and hand it out."""
        self.signed += 1
        self._relay.deliver(invitation_id, attestation)

    def collect(self, invitation_id: str) -> bytes | None:
        """What was delivered."""
        return self._relay.collect(invitation_id)

    def _with_speed(self, entitlement: bytes) -> bytes:
        return replace(Entitlement.decode(entitlement), top_speed=self._speed).encode()


@pytest.mark.requirement("DK-RESTR-06")
@pytest.mark.parametrize("platform", list(Platform))
def test_a_key_can_be_shared_without_any_restriction(
    car: Car, phone_of: PhoneOf, account: str, platform: Platform
) -> None:
    owner, recipient = phone_of(platform), phone_of(Platform.PIXEL)
    pairing.pair(car, owner, account)
    sharing.share(car, owner, recipient)
    assert driving.unlocks(car, recipient)
    [key] = [key for key in car.keyring if key.role == "friend"]
    assert not key.restrictions.used


@pytest.mark.requirement("DK-RESTR-08")
@pytest.mark.parametrize("platform", list(Platform))
@pytest.mark.parametrize("body", [Body.CONVERTIBLE, Body.HATCH], ids=["Key", "Key Plus"])
def test_the_restrictions_that_are_offered_are_recorded_and_can_be_sent(
    car: Car, phone_of: PhoneOf, account: str, observe: Observe, platform: Platform, body: Body
) -> None:
    owner, recipient = phone_of(platform), phone_of(Platform.PIXEL)
    with car.recoded(body=body):
        pairing.pair(car, owner, account)
        offered = owner.sharing.sheet(car.keyring.identifier).limits
        said = ", ".join(offered) or "none"
        observe(f"offered on {platform} for {car.interior.variant}", said, ambiguity="AMB-25")
        for limit in offered:
            shared = sharing.invite(car, owner, recipient, restrictions=ONE_OF_EACH[limit])
            assert sharing.state_of(car, owner, shared) == "pending", f"{limit} is not taken"


@pytest.mark.requirement("DK-RESTR-08")
@pytest.mark.parametrize("limit", list(Limit))
def test_what_a_vehicle_cannot_restrict_is_not_offered(
    car: Car, owner_phone: Phone, friend_phone: Phone, account: str, limit: Limit
) -> None:
    with car.recoded(limits=frozenset(Limit) - {limit}):
        pairing.pair(car, owner_phone, account)
        assert limit not in owner_phone.sharing.sheet(car.keyring.identifier).limits
        with pytest.raises(ActionRefused):
            sharing.invite(car, owner_phone, friend_phone, restrictions=ONE_OF_EACH[limit])
        assert not owner_phone.sharing.shares(car.keyring.identifier)
