"""What the owner's device signs for a friend's key, and what the key server signs for tracking.

Neither layout is public (public notes on CCC-TS-101, section 6): both are the lab's own, named by
the settings ``attestation_layout`` and ``receipt_layout``. Encodings only; who may sign what, and
what follows from it, is decided by vehicle, phone and key server, each on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rig.digital_key.errors import Malformed
from rig.digital_key.records import Tag, TlvRecord

MAY_UNLOCK, MAY_START = 0x01, 0x02  # bits of Entitlement.functions
AWAITS_CODE = 0x04  # another: before it starts, the vehicle is to ask for its activation code
ATTESTED_AS, TRACKED_AS = b"lab-attestation", b"lab-receipt"  # in front of what is signed
_HOURS_SIZE, _AREA_SIZE = 5, 12
_DEGREE = 10_000_000  # of an angle on the wire


@dataclass(frozen=True, slots=True)
class Entitlement(TlvRecord):
    """What a friend's key may do. Numbers are big-endian, times seconds since 1970, UTC."""

    vehicle_id: Annotated[bytes, Tag(0x4D, 8)]
    slot: Annotated[bytes, Tag(0x4E, least=1)]
    device_key: Annotated[bytes, Tag(0x86, 65)]
    functions: Annotated[bytes, Tag(0x80, 1)]
    not_before: Annotated[bytes, Tag(0x81, 8)]
    not_after: Annotated[bytes, Tag(0x82, 8)]
    hours: Annotated[bytes, Tag(0x83, least=1)] | None = None  # WireHours, one after the other
    areas: Annotated[bytes, Tag(0x84, least=1)] | None = None  # WireArea, one after the other
    top_speed: Annotated[bytes, Tag(0x85, 2)] | None = None  # km/h
    volume: Annotated[bytes, Tag(0x88, 1)] | None = None  # percent


@dataclass(frozen=True, slots=True)
class Attestation(TlvRecord):
    """The package in the friend's private mailbox."""

    entitlement: Annotated[bytes, Tag(0x7F66, least=1)]
    signature: Annotated[bytes, Tag(0x9E, 64)]  # of ATTESTED_AS and the entitlement


@dataclass(frozen=True, slots=True)
class TrackingReceipt(TlvRecord):
    """The key server's statement that it tracks a key."""

    vehicle_id: Annotated[bytes, Tag(0x4D, 8)]
    key_id: Annotated[bytes, Tag(0x5D, 20)]
    slot_number: Annotated[bytes, Tag(0x80, 2)]
    slot: Annotated[bytes, Tag(0x4E, least=1)]
    tracked_at: Annotated[bytes, Tag(0x81, 8)]  # seconds since 1970, UTC
    signature: Annotated[bytes, Tag(0x9E, 64)]  # of TRACKED_AS and what stands before


@dataclass(frozen=True, slots=True)
class WireHours:
    """A window of the day in minutes from midnight; bit 0 of ``weekdays`` is Monday."""

    begin_min: int
    end_min: int
    weekdays: int

    def encode(self) -> bytes:
        """Five bytes. Raises Malformed."""
        if not (0 <= self.begin_min < 1440 and 0 <= self.end_min < 1440):
            raise Malformed(f"minutes {self.begin_min} and {self.end_min} are not of one day")
        if not 0 < self.weekdays < 0x80:
            raise Malformed(f"weekdays {self.weekdays:02X}")
        return (
            self.begin_min.to_bytes(2, "big")
            + self.end_min.to_bytes(2, "big")
            + bytes((self.weekdays,))
        )


@dataclass(frozen=True, slots=True)
class WireArea:
    """A circle: centre in ten-millionths of a degree, radius in metres."""

    latitude: int
    longitude: int
    radius_m: int

    def encode(self) -> bytes:
        """Twelve bytes. Raises Malformed."""
        if abs(self.latitude) > 90 * _DEGREE or abs(self.longitude) > 180 * _DEGREE:
            raise Malformed(f"no place at {self.latitude}, {self.longitude}")
        if not 0 < self.radius_m < 1 << 32:
            raise Malformed(f"a radius of {self.radius_m} m")
        return (
            self.latitude.to_bytes(4, "big", signed=True)
            + self.longitude.to_bytes(4, "big", signed=True)
            + self.radius_m.to_bytes(4, "big")
        )


def hours_in(value: bytes) -> tuple[WireHours, ...]:
    """The windows of an entitlement. Raises Malformed."""
    found = tuple(
        WireHours(int.from_bytes(part[:2], "big"), int.from_bytes(part[2:4], "big"), part[4])
        for part in _parts(value, _HOURS_SIZE)
    )
    for each in found:
        each.encode()
    return found


def areas_in(value: bytes) -> tuple[WireArea, ...]:
    """The circles of an entitlement. Raises Malformed."""
    found = tuple(
        WireArea(
            int.from_bytes(part[:4], "big", signed=True),
            int.from_bytes(part[4:8], "big", signed=True),
            int.from_bytes(part[8:], "big"),
        )
        for part in _parts(value, _AREA_SIZE)
    )
    for each in found:
        each.encode()
    return found


def attested(entitlement: bytes) -> bytes:
    """The bytes an owner's device signs."""
    return ATTESTED_AS + entitlement


def tracked(receipt: TrackingReceipt) -> bytes:
    """The bytes a key server signs; each field has a fixed place, so that none can shift."""
    size = len(receipt.slot).to_bytes(1, "big")
    return b"".join(
        (
            TRACKED_AS,
            receipt.vehicle_id,
            receipt.key_id,
            receipt.slot_number,
            size,
            receipt.slot,
            receipt.tracked_at,
        )
    )


def _parts(value: bytes, size: int) -> list[bytes]:
    if not value or len(value) % size:
        raise Malformed(f"{len(value)} bytes are no sequence of {size}")
    return [value[at : at + size] for at in range(0, len(value), size)]
