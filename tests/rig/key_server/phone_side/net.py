"""A lab's key server as phones reach it, and a record of what reached the vehicle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from drivers.api.backend import Accepted, Internet, PhoneFacts
from drivers.api.sharing import Channel, Platform, Shared, ShareRequest
from rig.digital_key.crypto import PrivateKey
from rig.key_server.keys import Receipt, key_identifier
from rig.key_server.phone_side import internet_of
from tests.rig.key_server.lab import Lab, attestation, device

IPHONE = PhoneFacts(Platform.IOS, "iPhone 15", "17.4", "a provider", "US")
PIXEL = PhoneFacts(Platform.PIXEL, "Pixel 8", "14", "a provider", "US")
OLD = PhoneFacts(Platform.PIXEL, "Pixel 3", "12", "a provider", "US")
VEHICLE_KEY = device(1000).public.point


def a_request(**fields: Any) -> ShareRequest:
    basic: dict[str, Any] = {
        "recipient": "a friend",
        "channel": Channel.SMS,
        "receiver": Platform.IOS,
    }
    return ShareRequest(**basic | fields)


@dataclass
class Net:
    """One owner's phone with a main key, once paired; slots are drawn as a vehicle does."""

    lab: Lab
    changes: int = 0
    inside: tuple[str, ...] = ()
    slots: int = 0
    internet: Internet = field(init=False)

    def __post_init__(self) -> None:
        self.internet = internet_of(
            self.lab.server, lambda _vehicle: self.inside, self._changed, lambda _v: VEHICLE_KEY
        )

    def _changed(self) -> None:
        self.changes += 1

    def slot(self) -> bytes:
        self.slots += 1
        return b"slot" + self.slots.to_bytes(4, "big")

    def new_device(self) -> PrivateKey:
        return self.lab.devices[key_identifier(self.lab.new_phone())]

    def pair(self) -> bytes:
        """A main key by the app; its identifier."""
        ticket = self.internet.app.start_pairing(self.lab.account_id, self.lab.vehicle_id)
        point = self.new_device().public.point
        receipt = self.internet.pairing.track_owner(ticket.pairing_id, point, self.slot())
        return Receipt.decode(receipt).key_id

    def invite(self, main: bytes, **request: Any) -> Shared:
        return self.internet.sharing.invite(main, IPHONE, a_request(**request), self.slot())

    def accept(self, shared: Shared, phone: PhoneFacts = IPHONE) -> Accepted:
        return self.internet.holder.accept(shared.message, self.new_device().public.point, phone)

    def sign(self, main: bytes) -> None:
        for request in self.internet.signing.to_sign(main):
            package = attestation(self.lab.devices[main], request.entitlement)
            self.internet.signing.deliver(request.share_id, package)
