"""A key server in the tests' own memory: it keeps the contract of ``drivers.api.backend``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.api.backend import (
    PAIRING_LINK,
    SHARING_LINK,
    Accepted,
    AppBackend,
    HolderBackend,
    Internet,
    PairingBackend,
    PhoneFacts,
    SharingBackend,
    SigningBackend,
    SigningRequest,
    Ticket,
    VehiclePage,
)
from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.api.sharing import (
    Channel,
    CodeEntry,
    Limit,
    Restrictions,
    Shared,
    ShareRequest,
    ShareSheet,
    ShareState,
)
from rig.digital_key.attestation import Entitlement, WireArea, WireHours
from tests.drivers.sim.phone.applet_bench import VEHICLE, VEHICLE_ID
from tests.home_key.independent_reader import point

PASSWORD = "31415926"  # noqa: S105 - a sample
LETTER = SecretText(f"Your key: https://maker.example{PAIRING_LINK}0a1b2c")
ACCOUNT, CARD, CODE = "owner@example.org", "cafecafe", SecretText("4711")
RECEIPT = b"the receipt"


def key_id_of(device_point: bytes) -> bytes:
    return hashlib.sha1(device_point, usedforsecurity=False).digest()


@dataclass
class Share:
    """An invitation and what became of it."""

    share_id: str
    main_key: bytes
    slot: bytes
    request: ShareRequest
    state: str = "pending"
    point: bytes = b""
    entitlement: bytes = b""
    attestation: bytes | None = None


@dataclass
class Server:
    """What the fake server knows; tests look and change. ``said`` names the calls that came."""

    vehicle: bytes = VEHICLE_ID
    offered: frozenset[str] = frozenset({"digital_key", "digital_key_plus", "setup_card"})
    refused: dict[str, str] = field(default_factory=dict)
    vehicles: tuple[bytes, ...] = (VEHICLE_ID,)
    inside: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = tuple(Channel)
    standing: dict[bytes, str] = field(default_factory=dict)
    owners: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    watches: list[tuple[bytes, bytes]] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    removed: list[bytes] = field(default_factory=list)
    listeners: dict[bytes, Callable[[], None]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    refuses_pairing: str = ""
    restricts: Restrictions | None = None  # other than was asked for, in what is to be signed

    def internet(self) -> Internet:
        return Internet(_App(self), _Pairing(self), _Sharing(self), _Signing(self), _Holder(self))

    def ticket(self) -> Ticket:
        return Ticket(f"pairing {len(self.owners) + 1}", self.vehicle, SecretText(PASSWORD))

    def share(self, share_id: str) -> Share:
        for share in self.shares:
            if share.share_id == share_id:
                return share
        raise ActionRefused("no such share")

    def key_of(self, share: Share) -> bytes:
        return key_id_of(share.point)


@dataclass
class _Part:
    server: Server


class _App(_Part, AppBackend):
    def pages(self, account: str, phone: PhoneFacts) -> tuple[VehiclePage, ...]:
        self.server.said.append(f"pages {phone.platform} {phone.market}")
        if account != ACCOUNT:
            return ()
        server = self.server
        return tuple(
            VehiclePage(vehicle, "vehicle", server.offered, server.refused)
            for vehicle in server.vehicles
        )

    def card_vehicle(self, account: str, card: SecretText) -> bytes:
        if account != ACCOUNT or card != SecretText(CARD):
            raise ActionRefused("the card belongs to no vehicle of this account")
        return self.server.vehicle

    def inside(self, vehicle: bytes) -> tuple[str, ...]:
        assert vehicle == self.server.vehicle
        return self.server.inside

    def start_pairing(self, account: str, vehicle: bytes) -> Ticket:
        assert (account, vehicle) == (ACCOUNT, self.server.vehicle)
        self.server.said.append("start_pairing")
        if self.server.refuses_pairing:
            raise ActionRefused(self.server.refuses_pairing)
        return self.server.ticket()


class _Pairing(_Part, PairingBackend):
    def open_letter(self, message: SecretText, phone: PhoneFacts) -> Ticket:
        self.server.said.append(f"open_letter {phone.platform}")
        if message != LETTER:
            raise ActionRefused("the token is not valid")
        return self.server.ticket()

    def track_owner(self, pairing_id: str, point: bytes, slot: bytes) -> bytes:
        server = self.server
        if any(pairing_id == known for known, _, _ in server.owners):
            raise ActionRefused("tracked already")
        server.owners.append((pairing_id, point, slot))
        server.standing[key_id_of(point)] = "active"
        return RECEIPT

    def track_watch(self, key_id: bytes, point: bytes) -> Accepted:
        self.server.watches.append((key_id, point))
        self.server.standing[key_id_of(point)] = "active"
        return _accepted("watch", self.server.vehicle, b"\x0f" * 8, code_needed=False)


class _Sharing(_Part, SharingBackend):
    def sheet(self, key_id: bytes, phone: PhoneFacts) -> ShareSheet:  # noqa: ARG002 - the same for all
        return ShareSheet(self.server.channels, (Limit.HOURS, Limit.AREAS, Limit.TOP_SPEED))

    def invite(
        self,
        key_id: bytes,
        phone: PhoneFacts,  # noqa: ARG002 - all are invited alike
        request: ShareRequest,
        slot: bytes,
    ) -> Shared:
        server = self.server
        if request.recipient == "nobody":
            raise ActionRefused("no more shares for this vehicle")
        share = Share(f"share {len(server.shares) + 1}", key_id, slot, request)
        server.shares.append(share)
        text = f"A key for you: https://maker.example{SHARING_LINK}{share.share_id}"
        code = CODE if request.code is not CodeEntry.NONE else None
        return Shared(share.share_id, SecretText(text), code)

    def shares(self, key_id: bytes) -> tuple[ShareState, ...]:
        mine = (share for share in self.server.shares if share.main_key == key_id)
        return tuple(ShareState(s.share_id, s.request.recipient, s.state, "") for s in mine)

    def stop(self, key_id: bytes, share_id: str) -> None:
        share = self.server.share(share_id)
        assert share.main_key == key_id
        share.state = "ended" if share.state == "pending" else "pre_deletion"
        if share.point:
            self.server.standing[self.server.key_of(share)] = "pre_deletion"


class _Signing(_Part, SigningBackend):
    def to_sign(self, key_id: bytes) -> tuple[SigningRequest, ...]:
        return tuple(
            SigningRequest(share.share_id, share.entitlement)
            for share in self.server.shares
            if share.main_key == key_id and share.entitlement and share.attestation is None
        )

    def deliver(self, share_id: str, attestation: bytes) -> None:
        self.server.share(share_id).attestation = attestation

    def collect(self, share_id: str) -> bytes | None:
        self.server.said.append("collect")
        return self.server.share(share_id).attestation

    def on_request(self, key_id: bytes, notify: Callable[[], None]) -> None:
        self.server.listeners[key_id] = notify


class _Holder(_Part, HolderBackend):
    def accept(self, message: SecretText, point: bytes, phone: PhoneFacts) -> Accepted:  # noqa: ARG002 - any phone may
        server = self.server
        share = server.share(message.reveal().rpartition("/")[2])
        if share.state != "pending":
            raise ActionRefused("the link was used already")
        share.state, share.point = "accepted", point
        server.standing[key_id_of(point)] = "active"
        limits = server.restricts or share.request.restrictions
        share.entitlement = _entitlement(server.vehicle, share, limits)
        if notify := server.listeners.get(share.main_key):
            notify()
        code_needed = share.request.code in (CodeEntry.PHONE, CodeEntry.EITHER)
        return _accepted(share.share_id, server.vehicle, share.slot, code_needed=code_needed)

    def enter_code(self, share_id: str, code: SecretText) -> None:
        if code != CODE:
            raise ActionRefused("the code is wrong")
        self.server.share(share_id).state = "active"

    def remove(self, key_id: bytes) -> None:
        if key_id not in self.server.standing:
            raise ActionRefused("no such key")
        self.server.removed.append(key_id)
        self.server.standing[key_id] = "deleted"

    def standing(self, key_id: bytes) -> str:
        if key_id not in self.server.standing:
            raise ActionRefused("no such key")
        return self.server.standing[key_id]


def _accepted(share_id: str, vehicle: bytes, slot: bytes, *, code_needed: bool) -> Accepted:
    return Accepted(share_id, vehicle, point(VEHICLE), slot, code_needed)


def _entitlement(vehicle: bytes, share: Share, limits: Restrictions) -> bytes:
    hours = b"".join(
        WireHours(
            window.begin.hour * 60 + window.begin.minute,
            window.end.hour * 60 + window.end.minute,
            sum(1 << day for day in window.weekdays),
        ).encode()
        for window in limits.hours
    )
    areas = b"".join(
        WireArea(
            round(area.latitude_deg * 1e7), round(area.longitude_deg * 1e7), round(area.radius_m)
        ).encode()
        for area in limits.areas
    )
    speed = limits.top_speed_kmh
    return Entitlement(
        vehicle_id=vehicle,
        slot=share.slot,
        device_key=share.point,
        functions=b"\x03",
        not_before=bytes(8),
        not_after=b"\xff" * 8,
        hours=hours or None,
        areas=areas or None,
        top_speed=None if speed is None else speed.to_bytes(2, "big"),
    ).encode()
