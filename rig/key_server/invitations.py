"""Sharing: what the owner offers, under which restrictions, and how far an invitation has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from rig.digital_key.secrets import Secret
from rig.key_server.vehicles import Limit


class Platform(StrEnum):
    """Makers of wallets; two Android makers are two platforms (AMB-27)."""

    IOS = "ios"
    PIXEL = "pixel"
    SAMSUNG = "samsung"


class Channel(StrEnum):
    """How the link travels."""

    EMAIL = "email"
    SMS = "sms"
    MESSENGER = "messenger"
    IMESSAGE = "imessage"
    AIRDROP = "airdrop"
    NEARBY_SHARE = "nearby_share"


class CodeEntry(StrEnum):
    """Where the activation code is to be entered, if there is one (AMB-05)."""

    NONE = "none"
    PHONE = "phone"
    VEHICLE = "vehicle"
    EITHER = "either"


class InvitationState(StrEnum):
    """Pending is "invitation pending" and active "Unlock and Drive" on an iPhone (AMB-30)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Hours:
    """A window of the vehicle's local time; one that ends before it begins spans midnight."""

    begin: time
    end: time
    weekdays: frozenset[int] = frozenset(range(7))  # Monday is 0

    def __post_init__(self) -> None:
        if self.begin.tzinfo or self.end.tzinfo:
            raise ValueError("hours are the vehicle's local time, without zone")
        if self.begin == self.end or not self.weekdays:
            raise ValueError("hours that contain no time")
        if not self.weekdays <= frozenset(range(7)):
            raise ValueError("weekdays go from 0 to 6")


@dataclass(frozen=True, slots=True)
class Area:
    """A circle on the map."""

    latitude_deg: float
    longitude_deg: float
    radius_m: float

    def __post_init__(self) -> None:
        if not (abs(self.latitude_deg) <= 90 and abs(self.longitude_deg) <= 180):
            raise ValueError(f"{self.latitude_deg}, {self.longitude_deg} is no place")
        if not 0 < self.radius_m < float("inf"):
            raise ValueError(f"a radius of {self.radius_m} m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """Fixed before the invitation is sent (DK-RESTR-05); None and empty restrict nothing."""

    hours: tuple[Hours, ...] = ()
    areas: tuple[Area, ...] = ()
    top_speed_kmh: int | None = None
    volume_percent: int | None = None

    def __post_init__(self) -> None:
        if self.top_speed_kmh is not None and self.top_speed_kmh <= 0:
            raise ValueError(f"a top speed of {self.top_speed_kmh} km/h")
        if self.volume_percent is not None and not 0 <= self.volume_percent <= 100:
            raise ValueError(f"a volume of {self.volume_percent} %")

    @property
    def used(self) -> frozenset[Limit]:
        """The kinds of restriction that are set."""
        present = {
            Limit.HOURS: bool(self.hours),
            Limit.AREAS: bool(self.areas),
            Limit.TOP_SPEED: self.top_speed_kmh is not None,
            Limit.VOLUME: self.volume_percent is not None,
        }
        return frozenset(limit for limit, is_set in present.items() if is_set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the owner puts together in the wallet. The recipient needs no account: a name does."""

    recipient: str
    channel: Channel
    sender: Platform
    receiver: Platform
    restrictions: Restrictions = field(default_factory=Restrictions)
    code: CodeEntry = CodeEntry.NONE


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
