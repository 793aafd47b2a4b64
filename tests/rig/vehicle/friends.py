"""Friends with keys for a vehicle of the tests: entitled, attested, and brought along."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from rig.digital_key.attestation import MAY_UNLOCK, Entitlement
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.dissect import name_of
from rig.vehicle.keys import Key, Origin
from rig.vehicle.visit import Visit
from tests.rig.key_server.lab import BEGIN, COOPER
from tests.rig.vehicle.garage import Garage
from tests.rig.vehicle.pairing_phone import PairingPhone, friend_with

OWNER, FRIEND, STRANGER = (PrivateKey.generate() for _ in range(3))
DAY = timedelta(days=1)


def owner_key(public: PublicKey) -> Key:
    return Key("owner", "owner", b"\x01" * 8, public, origin=Origin.PAIRED, tracked=True)


def given_out(garage: Garage) -> bytes:
    (slot,) = garage.keyring.give_out(1, next(iter(garage.keyring)).key_id)
    return slot


def seconds(at: datetime) -> bytes:
    return int(at.timestamp()).to_bytes(8, "big")


def entitlement(slot: bytes, **changed: Any) -> Entitlement:
    usual = Entitlement(
        vehicle_id=COOPER.vehicle_id,
        slot=slot,
        device_key=FRIEND.public.point,
        functions=bytes((MAY_UNLOCK,)),
        not_before=seconds(BEGIN - DAY),
        not_after=seconds(BEGIN + 30 * DAY),
    )
    return replace(usual, **changed)


def friend(
    garage: Garage, signed: Entitlement, signer: PrivateKey = OWNER, private: PrivateKey = FRIEND
) -> PairingPhone:
    return friend_with(signed, private, garage.service.vehicle, signer)


def names(visit: Visit) -> list[str]:
    return [name_of(e.command) for e in visit.timeline.exchanges]
