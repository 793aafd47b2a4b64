"""Sharing a key, as the owner sees it on the phone: offered, chosen, sent, taken back."""

from __future__ import annotations

import abc
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from drivers.api.secret_text import SecretText


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


class Limit(StrEnum):
    """Restrictions that a shared key can carry: the union of the sources' lists (AMB-25)."""

    HOURS = "hours"
    AREAS = "areas"
    TOP_SPEED = "top_speed"
    VOLUME = "volume"


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
class ShareRequest:
    """What the owner puts together on the share sheet. The recipient needs no account."""

    recipient: str
    channel: Channel
    receiver: Platform
    restrictions: Restrictions = field(default_factory=Restrictions)
    code: CodeEntry | None = None  # None: whatever this phone does by itself


@dataclass(frozen=True, slots=True)
class ShareSheet:
    """What a phone offers for a key of this vehicle."""

    channels: tuple[Channel, ...]
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What left the phone: the message with its link, and the code the owner is shown, if any."""

    share_id: str
    message: SecretText
    code: SecretText | None


@dataclass(frozen=True, slots=True)
class ShareState:
    """A share in the owner's list: a neutral state, and the platform's words for it (AMB-30)."""

    share_id: str
    recipient: str
    state: str  # "pending", "accepted", "active", "pre_deletion", "ended"
    shown: str


class SharingWallet(abc.ABC):
    """The owner's side of sharing. Vehicles are named by their identifier.

    Raises ActionRefused, with the wallet's own reason, where it or the key server says no.
    """

    @abc.abstractmethod
    def sheet(self, vehicle: bytes) -> ShareSheet:
        """Press the share control of the key."""

    @abc.abstractmethod
    def share(self, vehicle: bytes, request: ShareRequest) -> Shared:
        """Choose, and send."""

    @abc.abstractmethod
    def shares(self, vehicle: bytes) -> tuple[ShareState, ...]:
        """The list of those the key was shared with, oldest first."""

    @abc.abstractmethod
    def stop(self, vehicle: bytes, share_id: str) -> None:
        """Take a pending invitation back, or revoke an accepted key (pre-deletion)."""
