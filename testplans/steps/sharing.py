"""Sharing a key: the owner's request, and what the recipient makes of the message."""

from __future__ import annotations

from typing import Any

from drivers.api.phone import Phone
from drivers.api.sharing import Channel, CodeEntry, Shared, ShareRequest
from rig.vehicle.car import Car


def invite(car: Car, owner: Phone, recipient: Phone, **request: Any) -> Shared:
    """Share the owner's key; fields of the request as given, by text message without a code."""
    basic: dict[str, Any] = {
        "recipient": recipient.name or "a friend",
        "channel": Channel.SMS,
        "receiver": recipient.platform,
        "code": CodeEntry.NONE,
    }
    return owner.sharing.share(car.keyring.identifier, ShareRequest(**basic | request))


def share(car: Car, owner: Phone, recipient: Phone, **request: Any) -> Shared:
    """Share, and have the recipient open the link."""
    shared = invite(car, owner, recipient, **request)
    recipient.wallet.open_link(shared.message)
    return shared


def state_of(car: Car, owner: Phone, shared: Shared) -> str:
    """How the share stands in the owner's list."""
    shares = owner.sharing.shares(car.keyring.identifier)
    return next(each.state for each in shares if each.share_id == shared.share_id)
