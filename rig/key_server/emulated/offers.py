"""Which offers a vehicle and two phones can take."""

from __future__ import annotations

from rig.digital_key.errors import Malformed
from rig.key_server.eligibility import Feature
from rig.key_server.emulated.desk import Operation
from rig.key_server.entitlements import check_restrictions
from rig.key_server.errors import NotEligible, OfferRefused
from rig.key_server.invitations import CHANNEL_ENDS, Channel, Offer, Platform


def check_offer(operation: Operation, vehicle_id: bytes, offer: Offer) -> None:
    """Raises NotEligible and OfferRefused."""
    _check_feature(operation, vehicle_id, Feature.DIGITAL_KEY)
    foreign = offer.restrictions.used - operation.vehicle(vehicle_id).limits
    if foreign:
        names = ", ".join(sorted(foreign))
        raise OfferRefused(f"the vehicle cannot restrict {names}")
    try:
        check_restrictions(offer.restrictions)
    except Malformed as exc:
        raise OfferRefused(str(exc)) from exc
    suited = CHANNEL_ENDS.get(offer.channel)
    if suited is not None and not {offer.sender, offer.receiver} <= suited:
        pair = f"{offer.sender.value} to {offer.receiver.value}"
        raise OfferRefused(f"{offer.channel.value} does not go from {pair}")
    check_platforms(operation, vehicle_id, offer, offer.receiver)


def check_platforms(
    operation: Operation, vehicle_id: bytes, offer: Offer, receiver: Platform
) -> None:
    """Raises NotEligible: before status 22-11 a key went by iMessage between iPhones alone."""
    pair = {offer.sender, receiver}
    if pair != {Platform.IOS} or offer.channel is not Channel.IMESSAGE:
        _check_feature(operation, vehicle_id, Feature.CROSS_PLATFORM_SHARING)


def _check_feature(operation: Operation, vehicle_id: bytes, feature: Feature) -> None:
    decision = operation.decide(vehicle_id, feature)
    if not decision.offered:
        raise NotEligible(decision)
