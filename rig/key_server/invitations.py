"""Sharing: what the owner offers, under which restrictions, and how far an invitation has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from drivers.api.sharing import (
    Area,
    Channel,
    CodeEntry,
    Hours,
    Limit,
    Platform,
    Restrictions,
)
from rig.digital_key.secrets import Secret

__all__ = [
    "CHANNEL_ENDS",
    "Area",
    "Channel",
    "CodeEntry",
    "Hours",
    "Invitation",
    "InvitationState",
    "Limit",
    "Offer",
    "Platform",
    "Restrictions",
    "Sent",
    "ShareUsage",
    "ToSign",
]


# Handing over while side by side works within one system; mixed pairs send a link (AMB-43).
CHANNEL_ENDS: Mapping[Channel, frozenset[Platform]] = MappingProxyType(
    {
        Channel.IMESSAGE: frozenset({Platform.IOS}),
        Channel.AIRDROP: frozenset({Platform.IOS}),
        Channel.NEARBY_SHARE: frozenset({Platform.PIXEL, Platform.SAMSUNG}),
    }
)


class InvitationState(StrEnum):
    """Pending is "invitation pending" and active "Unlock and Drive" on an iPhone (AMB-30)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the owner puts together in the wallet. The recipient needs no account: a name does.

    ``code`` None leaves it to the server's reading (AMB-05) whether there is a code, and where.
    """

    recipient: str
    channel: Channel
    sender: Platform
    receiver: Platform
    restrictions: Restrictions = field(default_factory=Restrictions)
    code: CodeEntry | None = CodeEntry.NONE


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as the owner sees it. ``code_entered`` is where the right code was entered."""

    invitation_id: str
    vehicle_id: bytes
    offer: Offer
    state: InvitationState
    expires_at: datetime
    key_id: bytes | None = None
    code_entered: CodeEntry | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A new invitation: the link goes into the message, the code another way (DK-CODE-02)."""

    invitation: Invitation
    link: Secret
    code: Secret | None


@dataclass(frozen=True, slots=True)
class ShareUsage:
    """How many shares are taken, by what, under the counting rule in force."""

    limit: int
    counted: int
    pending: int
    held: int
    pre_deletion: int
    watch_copies: int


class ToSign(NamedTuple):
    """An accepted share that waits for the signature of the owner's device."""

    invitation_id: str
    entitlement: bytes  # an encoded rig.digital_key.attestation.Entitlement
