"""How what waits for the owner's signature is announced, fetched, signed and handed on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from drivers.api.backend import SigningBackend, SigningRequest
from drivers.api.errors import ActionRefused
from rig.key_server.contract import KeyServer
from rig.key_server.keys import Device, Role
from rig.key_server.phone_side.refusals import in_words


class Pushes:
    """Who is told when something waits for a main key. The last who asked for a key is told."""

    def __init__(self) -> None:
        self._notified: dict[bytes, Callable[[], None]] = {}

    def subscribe(self, key_id: bytes, notify: Callable[[], None]) -> None:
        """From now on ``notify`` is called for this main key."""
        self._notified[key_id] = notify

    def announce(self, server: KeyServer, vehicle: bytes) -> None:
        """Tell the phone of the vehicle's main key, if something waits for it."""
        for key in server.tracking.keys(vehicle):
            main = (key.role, key.device) == (Role.OWNER, Device.PHONE)
            notify = self._notified.get(key.key_id) if main else None
            if notify is not None and server.signing.to_sign(key.key_id):
                # A push is one way: what its receiver cannot do is no refusal of the sender's.
                with suppress(ActionRefused):
                    notify()


class Signing(SigningBackend):
    """The relay between two phones."""

    def __init__(self, server: KeyServer, on_change: Callable[[], None], pushes: Pushes) -> None:
        self._server = server
        self._on_change = on_change
        self._pushes = pushes

    def to_sign(self, key_id: bytes) -> tuple[SigningRequest, ...]:
        with in_words():
            found = self._server.signing.to_sign(key_id)
            return tuple(SigningRequest(each.invitation_id, each.entitlement) for each in found)

    def deliver(self, share_id: str, attestation: bytes) -> None:
        with in_words():
            self._server.signing.deliver(share_id, attestation)
        self._on_change()

    def collect(self, share_id: str) -> bytes | None:
        with in_words():
            return self._server.signing.collect(share_id)

    def on_request(self, key_id: bytes, notify: Callable[[], None]) -> None:
        self._pushes.subscribe(key_id, notify)
