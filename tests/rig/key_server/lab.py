"""A key server with a clock and randomness of the test's own, and one vehicle with its owner."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from drivers.api.clock import Clock
from rig.digital_key.attestation import Attestation, attested
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.secrets import Secret
from rig.key_server.emulated.server import EmulatedKeyServer
from rig.key_server.emulated.store import Store
from rig.key_server.invitations import Channel, Offer, Platform, Sent
from rig.key_server.keys import (
    EventKind,
    Receipt,
    VehicleEvent,
    VehicleReport,
    VehicleView,
    key_identifier,
)
from rig.key_server.readings import Readings
from rig.key_server.software_status import SoftwareStatus
from rig.key_server.vehicles import Body, VehicleRecord

ROOT = Secret(hashlib.sha256(b"root of the lab").digest())
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
COOPER = VehicleRecord(
    vehicle_id=bytes.fromhex("1122334455667788"),
    model="cooper",
    model_year=2026,
    os=9,
    body=Body.HATCH,
    market="US",
    software=SoftwareStatus(2025, 7),
    options=frozenset({322}),
)
CONVERTIBLE = replace(COOPER, body=Body.CONVERTIBLE)


class SteppedClock(Clock):
    """Stands still until it is moved."""

    def __init__(self, at: datetime = BEGIN) -> None:
        self.at = at

    def now_ns(self) -> int:
        return int((self.at - BEGIN) / timedelta(microseconds=1)) * 1000

    def utc(self) -> datetime:
        return self.at

    def sleep(self, duration_s: float) -> None:
        self.advance(duration_s)

    def advance(self, duration_s: float) -> None:
        self.at += timedelta(seconds=duration_s)


class Draws:
    """Bytes that look random and are the same in each run; numbers onwards from ``begin``."""

    def __init__(self, begin: int = 0) -> None:
        self.count = begin

    def __call__(self, size: int) -> bytes:
        self.count += 1
        return hashlib.sha256(b"draw" + self.count.to_bytes(8, "big")).digest()[:size]


class PowerCut(BaseException):
    """The power goes in the middle of an operation."""


@dataclass
class FailingDraws:
    """Randomness that can take the power away at one of its next draws."""

    draws: Draws
    cut_in: int = -1

    def __call__(self, size: int) -> bytes:
        self.cut_in -= 1
        if self.cut_in == 0:
            raise PowerCut
        return self.draws(size)


def device(number: int) -> PrivateKey:
    """The device key of a numbered phone; the same in each run."""
    scalar = hashlib.sha256(b"device" + number.to_bytes(8, "big")).digest()
    return PrivateKey.from_bytes(Secret(scalar))


def public_key(number: int) -> PublicKey:
    """The public half of a numbered phone's key."""
    return device(number).public


def attestation(signer: PrivateKey, entitlement: bytes) -> bytes:
    """An entitlement signed, as an owner's device does it."""
    return Attestation(entitlement, signer.sign(attested(entitlement))).encode()


def an_offer(**fields: Any) -> Offer:
    """An offer by text message between iPhones, with some fields replaced."""
    basic: dict[str, Any] = {
        "recipient": "a friend",
        "channel": Channel.SMS,
        "sender": Platform.IOS,
        "receiver": Platform.IOS,
    }
    return Offer(**basic | fields)


@dataclass
class Lab:
    """One server, one vehicle in one account; every new phone makes a new key."""

    path: Path
    clock: SteppedClock
    server: EmulatedKeyServer
    account_id: str = ""
    phones: int = 0
    events: int = 0
    devices: dict[bytes, PrivateKey] = field(default_factory=dict)  # by key identifier

    @property
    def vehicle_id(self) -> bytes:
        return COOPER.vehicle_id

    def new_phone(self) -> PublicKey:
        self.phones += 1
        made = device(self.phones)
        self.devices[key_identifier(made.public)] = made
        return made.public

    def pair(self, slot: bytes | None = None) -> Receipt:
        pairing = self.server.tokens.start_in_app(self.account_id, self.vehicle_id)
        return self.server.tracking.track_owner(pairing.pairing_id, self.new_phone(), slot)

    def invite(self, main: Receipt, slot: bytes | None = None, **offer: Any) -> Sent:
        return self.server.sharing.invite(main.key_id, an_offer(**offer), slot)

    def sign(self, main: Receipt) -> int:
        """The owner's device signs all that waits for it; how much that was."""
        waiting = self.server.signing.to_sign(main.key_id)
        for each in waiting:
            signed = attestation(self.devices[main.key_id], each.entitlement)
            self.server.signing.deliver(each.invitation_id, signed)
        return len(waiting)

    def accept(self, sent: Sent, platform: Platform = Platform.IOS) -> Receipt:
        return self.server.sharing.accept(sent.link, self.new_phone(), platform)

    def share(self, main: Receipt, **offer: Any) -> Receipt:
        return self.accept(self.invite(main, **offer))

    def report(self, *seen: tuple[EventKind, bytes | None]) -> VehicleView:
        """The vehicle, online, tells what happens right now."""
        events = []
        for kind, key_id in seen:
            self.events += 1
            events.append(VehicleEvent(self.events, self.clock.utc(), kind, key_id))
        return self.server.reconciliation.reconcile(VehicleReport(self.vehicle_id, tuple(events)))

    def held(self) -> set[bytes]:
        """The keys the vehicle is to hold."""
        return {entry.key_id for entry in self.report().keys}


def open_lab(
    path: Path, record: VehicleRecord = COOPER, readings: Readings | None = None, **more: Any
) -> Lab:
    """A new database with the vehicle in an account; its server is for the caller to close."""
    clock = SteppedClock()
    server = EmulatedKeyServer(
        Store(path), clock, ROOT, random_bytes=Draws(), readings=readings, **more
    )
    server.vehicles.put(record)
    lab = Lab(path, clock, server, server.accounts.open("owner@example.invalid"))
    server.accounts.add_vehicle(lab.account_id, record.vehicle_id)
    return lab
