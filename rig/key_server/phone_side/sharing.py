"""What the owner's wallet asks about its shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drivers.api.backend import PhoneFacts, SharingBackend
from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.api.sharing import (
    Channel,
    Limit,
    Platform,
    Shared,
    ShareRequest,
    ShareSheet,
    ShareState,
)
from rig.key_server.availability import SupportedPhones
from rig.key_server.contract import KeyServer
from rig.key_server.eligibility import Feature
from rig.key_server.invitations import CHANNEL_ENDS, Invitation, InvitationState, Offer
from rig.key_server.keys import Device, KeyState, Role
from rig.key_server.phone_side.messages import invitation_text
from rig.key_server.phone_side.refusals import check_phone, in_words

_ENDED, _PRE_DELETION = "ended", "pre_deletion"
_OPEN = (InvitationState.PENDING, InvitationState.ACCEPTED, InvitationState.ACTIVE)


class Sharing(SharingBackend):
    """The main key's vehicle and its shares."""

    def __init__(
        self,
        server: KeyServer,
        on_change: Callable[[], None],
        matrix: Sequence[SupportedPhones],
    ) -> None:
        self._server = server
        self._on_change = on_change
        self._matrix = matrix

    def sheet(self, key_id: bytes, phone: PhoneFacts) -> ShareSheet:
        """Channels this phone can begin; before status 22-11 that is iMessage alone."""
        check_phone(phone, self._matrix)
        with in_words():
            vehicle = self._vehicle(key_id)
            crossing = self._server.vehicles.decide(vehicle, Feature.CROSS_PLATFORM_SHARING)
            limits = self._server.vehicles.record(vehicle).limits
        return ShareSheet(
            channels=tuple(
                channel
                for channel in Channel
                if phone.platform in CHANNEL_ENDS.get(channel, Platform)
                and (crossing.offered or channel is Channel.IMESSAGE)
            ),
            limits=tuple(limit for limit in Limit if limit in limits),
        )

    def invite(
        self, key_id: bytes, phone: PhoneFacts, request: ShareRequest, slot: bytes
    ) -> Shared:
        check_phone(phone, self._matrix)
        offer = Offer(
            recipient=request.recipient,
            channel=request.channel,
            sender=phone.platform,
            receiver=request.receiver,
            restrictions=request.restrictions,
            code=request.code,
        )
        with in_words():
            sent = self._server.sharing.invite(key_id, offer, slot)
            vehicle = self._server.vehicles.record(sent.invitation.vehicle_id)
        self._on_change()
        code = None if sent.code is None else SecretText(sent.code.decode())
        message = invitation_text(vehicle.model, sent.link)
        return Shared(sent.invitation.invitation_id, message, code)

    def shares(self, key_id: bytes) -> tuple[ShareState, ...]:
        with in_words():
            found = self._server.shares.invitations(self._vehicle(key_id))
            return tuple(
                ShareState(each.invitation_id, each.offer.recipient, self._state(each), shown="")
                for each in found
            )

    def stop(self, key_id: bytes, share_id: str) -> None:
        with in_words():
            invitation = self._server.shares.invitation(share_id)
            if invitation.key_id is None:
                self._server.sharing.cancel(key_id, share_id)
            else:
                self._server.revocation.by_owner(key_id, invitation.key_id)
        self._on_change()

    def _vehicle(self, key_id: bytes) -> bytes:
        """The vehicle whose main key it is. Raises ActionRefused for any other key."""
        key = self._server.tracking.key(key_id)
        main = (key.role, key.device) == (Role.OWNER, Device.PHONE)
        if not main or key.state is not KeyState.ACTIVE:
            raise ActionRefused("not with this key: it is no main key")
        return key.vehicle_id

    def _state(self, invitation: Invitation) -> str:
        if invitation.state in _OPEN:
            return invitation.state.value
        if invitation.key_id is not None:
            key = self._server.tracking.key(invitation.key_id)
            return _PRE_DELETION if key.state is KeyState.PRE_DELETION else _ENDED
        return _ENDED
