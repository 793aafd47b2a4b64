"""What opens an owner pairing: the letter, its token in two forms, and the password."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rig.digital_key.secrets import Secret


class Way(StrEnum):
    """By which credential a pairing was opened; recorded with it."""

    LINK = "link"
    MANUAL_TOKEN = "manual_token"  # noqa: S105 - a kind of credential, not one
    APP = "app"


@dataclass(frozen=True, slots=True)
class Letter:
    """The e-mail about activating the key. Link and manual token are one token: one use in all."""

    vehicle_id: bytes
    link: Secret
    manual_token: Secret
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Pairing:
    """An open pairing. Phone and vehicle derive SPAKE2+ from password and salt (scrypt).

    It outlives an interrupted attempt, and ends with the first key tracked or at ``expires_at``.
    """

    pairing_id: str
    vehicle_id: bytes
    way: Way
    password: Secret
    salt: bytes
    scrypt_n: int
    scrypt_r: int
    scrypt_p: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class VehiclePairing:
    """What the vehicle needs of an open pairing in place of the password (public notes, 2.7)."""

    pairing_id: str
    vehicle_id: bytes
    w0: Secret  # 32 bytes
    l_point: bytes = field(repr=False)  # L, 65 bytes: as good as the password to a guesser
    salt: bytes
    scrypt_n: int
    scrypt_r: int
    scrypt_p: int
    expires_at: datetime
