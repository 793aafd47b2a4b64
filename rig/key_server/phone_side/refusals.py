"""The server's refusals as a wallet or an app words them: no identifier, no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from drivers.api.backend import PhoneFacts
from drivers.api.errors import ActionRefused
from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import Malformed
from rig.key_server import errors
from rig.key_server.availability import SupportedPhones, availability
from rig.key_server.invitations import InvitationState

_STATES = {
    InvitationState.PENDING: "has not been accepted yet",
    InvitationState.ACCEPTED: "was accepted already",
    InvitationState.ACTIVE: "was accepted already",
    InvitationState.CANCELLED: "was taken back",
    InvitationState.EXPIRED: "has expired",
    InvitationState.REVOKED: "was revoked",
}
_TOKENS = {"unknown": "is not known", "spent": "was used already", "void": "is no longer valid"}


def _wrong_code(refusal: errors.WrongCode) -> str:
    left = refusal.tries_left
    return f"wrong code, {left} {'try' if left == 1 else 'tries'} left" if left else "wrong code"


_WORDS: Mapping[type[errors.Refused], Callable[[Any], str]] = {
    errors.NotFound: lambda r: f"there is no such {r.kind}",
    errors.NotEligible: lambda r: f"this vehicle does not offer it: {r.decision.explanation}",
    errors.NotAuthorised: lambda _r: "this is not allowed here",
    errors.TokenRefused: lambda r: f"this pairing {_TOKENS.get(r.reason, 'has expired')}",
    errors.KeyRefused: lambda r: f"not with this key: {r.reason}",
    errors.SlotRefused: lambda r: f"not with this place in the vehicle: {r.reason}",
    errors.SharesExhausted: lambda r: f"all {r.usage.limit} keys that can be shared are taken",
    errors.OfferRefused: str,
    errors.InvitationClosed: lambda r: f"this invitation {_STATES[r.state]}",
    errors.AttestationRefused: lambda r: f"the signature was not taken: {r.reason}",
    errors.WrongCode: _wrong_code,
}


@contextmanager
def in_words() -> Iterator[None]:
    """Turn the server's refusals into ActionRefused, with the refusal as the cause."""
    try:
        yield
    except errors.Refused as refusal:
        kind = next((cls for cls in type(refusal).__mro__ if cls in _WORDS), None)
        words = "the server refuses" if kind is None else _WORDS[kind](refusal)
        raise ActionRefused(words) from refusal


def device_key(point: bytes) -> PublicKey:
    """A device's public key. Raises ActionRefused for what is none."""
    try:
        return PublicKey(point)
    except Malformed as exc:
        raise ActionRefused("this is no device key") from exc


def check_phone(phone: PhoneFacts, matrix: Sequence[SupportedPhones]) -> None:
    """Raises ActionRefused for a phone that is offered no digital key (DK-ELIG-01)."""
    found = availability(phone, matrix)
    if not found.offered:
        raise ActionRefused(f"digital keys are not available on this phone: {found.explanation}")
