"""What a wallet asks about its own new key, and about the copy of a key on a watch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drivers.api.backend import Accepted, PairingBackend, PhoneFacts, Ticket
from drivers.api.secret_text import SecretText
from rig.key_server.availability import SupportedPhones
from rig.key_server.contract import KeyServer
from rig.key_server.phone_side.app import ticket_of
from rig.key_server.phone_side.messages import ACTIVATE, link_in
from rig.key_server.phone_side.refusals import check_phone, device_key, in_words


class Pairing(PairingBackend):
    """Letters and tracking."""

    def __init__(
        self,
        server: KeyServer,
        on_change: Callable[[], None],
        vehicle_key: Callable[[bytes], bytes],
        matrix: Sequence[SupportedPhones],
    ) -> None:
        self._server = server
        self._on_change = on_change
        self._vehicle_key = vehicle_key
        self._matrix = matrix

    def open_letter(self, message: SecretText, phone: PhoneFacts) -> Ticket:
        """A phone that is not supported does not use the token up."""
        check_phone(phone, self._matrix)
        link = link_in(message, ACTIVATE)
        with in_words():
            pairing = self._server.tokens.open_link(link)
        self._on_change()
        return ticket_of(pairing)

    def track_owner(self, pairing_id: str, point: bytes, slot: bytes) -> bytes:
        public = device_key(point)
        with in_words():
            receipt = self._server.tracking.track_owner(pairing_id, public, slot)
        self._on_change()
        return receipt.encode()

    def track_watch(self, key_id: bytes, point: bytes) -> Accepted:
        """``share_id`` is empty: a watch's key is no share, and needs no attestation of its own.

        The vehicle learns of it when it is online.
        """
        public = device_key(point)
        with in_words():
            receipt = self._server.tracking.track_watch(key_id, public)
        self._on_change()
        vehicle_key = self._vehicle_key(receipt.vehicle_id)
        return Accepted(
            share_id="",
            vehicle=receipt.vehicle_id,
            vehicle_key=vehicle_key,
            slot=receipt.slot.identifier,
            code_needed=False,
        )
