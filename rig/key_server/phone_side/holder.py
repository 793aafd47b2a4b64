"""What the wallet of whoever holds a key asks: accepting, its code, its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drivers.api.backend import Accepted, HolderBackend, PhoneFacts
from drivers.api.secret_text import SecretText
from rig.digital_key.secrets import Secret
from rig.key_server.availability import SupportedPhones
from rig.key_server.contract import KeyServer
from rig.key_server.invitations import CodeEntry
from rig.key_server.phone_side.messages import SHARE, link_in
from rig.key_server.phone_side.refusals import check_phone, device_key, in_words
from rig.key_server.phone_side.signing import Pushes


class Holder(HolderBackend):
    """Needs no account: a link, or the key itself, says who asks."""

    def __init__(
        self,
        server: KeyServer,
        on_change: Callable[[], None],
        vehicle_key: Callable[[bytes], bytes],
        pushes: Pushes,
        matrix: Sequence[SupportedPhones],
    ) -> None:
        self._server = server
        self._on_change = on_change
        self._vehicle_key = vehicle_key
        self._pushes = pushes
        self._matrix = matrix

    def accept(self, message: SecretText, point: bytes, phone: PhoneFacts) -> Accepted:
        """``code_needed``: there is a code that may be entered on this phone (AMB-05)."""
        link, public = link_in(message, SHARE), device_key(point)
        check_phone(phone, self._matrix)
        with in_words():
            receipt = self._server.sharing.accept(link, public, phone.platform)
            key = self._server.tracking.key(receipt.key_id)
            invitation = self._server.shares.invitation(key.invitation_id or "")
        self._on_change()
        self._pushes.announce(self._server, receipt.vehicle_id)
        return Accepted(
            share_id=invitation.invitation_id,
            vehicle=receipt.vehicle_id,
            vehicle_key=self._vehicle_key(receipt.vehicle_id),
            slot=receipt.slot.identifier,
            code_needed=invitation.offer.code in (CodeEntry.PHONE, CodeEntry.EITHER),
        )

    def enter_code(self, share_id: str, code: SecretText) -> None:
        entered = Secret(code.reveal().encode())
        try:
            with in_words():
                vehicle = self._server.shares.invitation(share_id).vehicle_id
                self._server.sharing.enter_code(share_id, entered, CodeEntry.PHONE)
        finally:
            self._on_change()  # a wrong code may have been the last: it ends the key
        self._pushes.announce(self._server, vehicle)

    def remove(self, key_id: bytes) -> None:
        with in_words():
            self._server.revocation.by_holder(key_id)
        self._on_change()

    def standing(self, key_id: bytes) -> str:
        with in_words():
            return self._server.tracking.key(key_id).state.value
