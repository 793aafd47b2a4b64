"""What the vehicle maker knows about a vehicle."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from drivers.api.sharing import Limit
from rig.digital_key.secrets import Secret
from rig.key_server.software_status import SoftwareStatus

VEHICLE_ID_SIZE = 8


class Body(StrEnum):
    """Body styles, as far as the sources tell them apart."""

    HATCH = "hatch"
    FIVE_DOOR = "five_door"
    CONVERTIBLE = "convertible"
    COUNTRYMAN = "countryman"
    ACEMAN = "aceman"


class Artefact(StrEnum):
    """What was handed over with the vehicle; three kinds of card stay apart (AMB-16)."""

    FIRST_FOB = "first_fob"
    SECOND_FOB = "second_fob"
    SETUP_CARD = "setup_card"
    SERVICE_CARD = "service_card"


class Variant(StrEnum):
    """The two products."""

    DIGITAL_KEY = "digital_key"
    DIGITAL_KEY_PLUS = "digital_key_plus"


def card_digest(secret: Secret) -> bytes:
    """What a server knows of a setup card: SHA-256 of the text its chip and its QR code carry."""
    return hashlib.sha256(secret).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRecord:
    """One vehicle as it was built and as it is now. ``options`` are equipment numbers."""

    vehicle_id: bytes
    model: str
    model_year: int
    os: int
    body: Body
    market: str
    software: SoftwareStatus
    options: frozenset[int] = frozenset()
    delivered: frozenset[Artefact] = frozenset()
    limits: frozenset[Limit] = frozenset(Limit)

    def __post_init__(self) -> None:
        if len(self.vehicle_id) != VEHICLE_ID_SIZE:
            raise ValueError(f"{len(self.vehicle_id)} bytes are no vehicle identifier")
