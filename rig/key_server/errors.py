"""Key server errors.

* KeyServerError
  * Refused - the server understood and said no; nothing has changed
    * NotFound - no account, vehicle, key or invitation of that name
    * NotEligible - the vehicle does not have the feature; carries the decision
    * NotAuthorised - whoever asks may not ask this
    * TokenRefused - a pairing credential that opens nothing; carries the reason
    * KeyRefused - a device key that cannot be tracked or acted on; carries its identifier
    * SharesExhausted - no share left; carries the limit and what counts against it
    * OfferRefused - an offer this vehicle, or this pair of phones, cannot take
    * SlotRefused - a slot identifier that this vehicle had before, or of a wrong size
    * InvitationClosed - the invitation is not in the state that this needs; carries its state
    * AttestationRefused - no signature of the present main key over what was to be signed
    * EventsMissing - a vehicle's report leaves events out; carries the one expected
    * WrongCode - the activation code is another; carries the tries left (this one is counted)
  * StoreError - the database failed; the cause is kept
    * WrongStore - a database of another layout, or sealed with another root secret
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rig.key_server.eligibility import Decision
    from rig.key_server.invitations import InvitationState, ShareUsage


class KeyServerError(Exception):
    """Base of everything a key server raises."""


class Refused(KeyServerError):
    """The server understood and said no."""


class NotFound(Refused):
    """No such account, vehicle, key or invitation."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"no {kind} {name}")
        self.kind = kind
        self.name = name


class NotEligible(Refused):
    """The vehicle does not have the feature."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.explanation)
        self.decision = decision


class NotAuthorised(Refused):
    """Whoever asks may not ask this."""


class TokenRefused(Refused):
    """A pairing credential that opens nothing; ``reason`` is unknown, spent, expired or void."""

    def __init__(self, credential: str, reason: str) -> None:
        super().__init__(f"{credential}: {reason}")
        self.reason = reason


class KeyRefused(Refused):
    """A device key that cannot be tracked, or cannot do what is asked."""

    def __init__(self, key_id: bytes, reason: str) -> None:
        super().__init__(f"key {key_id.hex()}: {reason}")
        self.key_id = key_id
        self.reason = reason


class SharesExhausted(Refused):
    """All shares of the vehicle are taken."""

    def __init__(self, usage: ShareUsage) -> None:
        super().__init__(f"{usage.counted} of {usage.limit} shares are taken")
        self.usage = usage


class OfferRefused(Refused):
    """An offer that this vehicle, or this pair of phones, cannot take."""


class SlotRefused(Refused):
    """A slot identifier carries one key in its life, and has one to eight bytes."""

    def __init__(self, identifier: bytes, reason: str) -> None:
        super().__init__(f"slot {identifier.hex()}: {reason}")
        self.identifier = identifier
        self.reason = reason


class AttestationRefused(Refused):
    """What was delivered for an invitation does not attest it, or is not awaited."""

    def __init__(self, invitation_id: str, reason: str) -> None:
        super().__init__(f"attestation of invitation {invitation_id}: {reason}")
        self.invitation_id = invitation_id
        self.reason = reason


class InvitationClosed(Refused):
    """The invitation is not in the state that this needs."""

    def __init__(self, invitation_id: str, state: InvitationState, doing: str) -> None:
        super().__init__(f"invitation {invitation_id} is {state.value}: cannot {doing}")
        self.invitation_id = invitation_id
        self.state = state


class WrongCode(Refused):
    """The activation code is another. At no tries left, the invitation has been revoked."""

    def __init__(self, invitation_id: str, tries_left: int) -> None:
        super().__init__(f"invitation {invitation_id}: wrong code, {tries_left} tries left")
        self.invitation_id = invitation_id
        self.tries_left = tries_left


class EventsMissing(Refused):
    """A vehicle's report leaves events out: it has to send them from ``expected`` on."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(f"event {found} where {expected} was expected")
        self.expected = expected


class StoreError(KeyServerError):
    """The database failed."""


class WrongStore(StoreError):
    """A database of another layout, or sealed with another root secret."""
