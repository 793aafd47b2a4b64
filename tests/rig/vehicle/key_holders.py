"""Holders of keys that vehicle and key server both know."""

from __future__ import annotations

from rig.key_server.invitations import CodeEntry, Platform, Sent
from rig.key_server.keys import (
    EventKind,
    Receipt,
)
from rig.vehicle.keys import OWNER, Key, Origin
from tests.rig.key_server.lab import an_offer
from tests.rig.vehicle.garage import Garage


def new_owner(garage: Garage) -> Key:
    """Paired in the vehicle and tracked by the server."""
    lab = garage.lab
    pairing = lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    key = Key("owner", OWNER, garage.keyring.draw_slot(), lab.new_phone(), origin=Origin.PAIRED)
    garage.telematics.paired(key)
    lab.server.tracking.track_owner(pairing.pairing_id, key.public, key.slot)
    garage.telematics.sync()
    return key


def invited(garage: Garage, owner: Key, code: CodeEntry = CodeEntry.NONE) -> Sent:
    (slot,) = garage.keyring.give_out(1, owner.key_id)
    return garage.lab.server.sharing.invite(owner.key_id, an_offer(code=code), slot)


def shared(garage: Garage, owner: Key, code: CodeEntry = CodeEntry.NONE) -> Receipt:
    sent = invited(garage, owner, code)
    return garage.lab.server.sharing.accept(sent.link, garage.lab.new_phone(), Platform.IOS)


def friend_of(garage: Garage, receipt: Receipt) -> Key:
    found = garage.keyring.by_id(receipt.key_id)
    assert found is not None
    return found


def kinds(garage: Garage) -> list[EventKind]:
    return [event.kind for event in garage.telematics.untold]
