"""A shared key's rights on the wire: what the owner's device signs and vehicles read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from rig.digital_key.attestation import (
    AWAITS_CODE,
    MAY_START,
    MAY_UNLOCK,
    Entitlement,
    WireArea,
    WireHours,
)
from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import Malformed
from rig.key_server.invitations import Area, Hours, Restrictions
from rig.key_server.keys import Functions

_DEGREE = 10_000_000  # of an angle on the wire
_FUNCTIONS = {
    Functions.NONE: 0,
    Functions.UNLOCK: MAY_UNLOCK,
    Functions.ALL: MAY_UNLOCK | MAY_START,
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What a shared key may do, and when. ``not_before`` and ``not_after`` count in seconds.

    ``functions`` are those that acceptance gave (AMB-04): a start that waits for the activation
    on screen is not among them, because the vehicle gives that itself. ``awaits_code``: not without
    the activation code, which is to be typed in there.
    """

    functions: Functions
    not_before: datetime
    not_after: datetime
    restrictions: Restrictions
    awaits_code: bool = False


def entitlement(
    vehicle_id: bytes, slot: bytes, device_key: PublicKey, rights: Rights
) -> Entitlement:
    """What is to be signed for a key in a slot. Raises Malformed for what has no place on the wire.

    Places and radii are rounded to a ten-millionth of a degree and to a metre.
    """
    tied = rights.restrictions
    functions = _FUNCTIONS[rights.functions] | AWAITS_CODE * rights.awaits_code
    return Entitlement(
        vehicle_id=vehicle_id,
        slot=slot,
        device_key=device_key.point,
        functions=bytes((functions,)),
        not_before=int(rights.not_before.timestamp()).to_bytes(8, "big"),
        not_after=int(rights.not_after.timestamp()).to_bytes(8, "big"),
        hours=b"".join(_wire_hours(each).encode() for each in tied.hours) or None,
        areas=b"".join(_wire_area(each).encode() for each in tied.areas) or None,
        top_speed=_number(tied.top_speed_kmh, 2),
        volume=_number(tied.volume_percent, 1),
    )


def check_restrictions(restrictions: Restrictions) -> None:
    """Raises Malformed for restrictions that an entitlement cannot carry."""
    for hours in restrictions.hours:
        _wire_hours(hours).encode()
    for area in restrictions.areas:
        _wire_area(area).encode()
    _number(restrictions.top_speed_kmh, 2)


def _wire_hours(hours: Hours) -> WireHours:
    weekdays = sum(1 << day for day in hours.weekdays)
    return WireHours(_minutes(hours.begin), _minutes(hours.end), weekdays)


def _minutes(at: time) -> int:
    if at.second or at.microsecond:
        raise Malformed(f"hours are counted in whole minutes, not as {at}")
    return 60 * at.hour + at.minute


def _wire_area(area: Area) -> WireArea:
    return WireArea(
        latitude=round(area.latitude_deg * _DEGREE),
        longitude=round(area.longitude_deg * _DEGREE),
        radius_m=max(1, round(area.radius_m)),
    )


def _number(value: int | None, size: int) -> bytes | None:
    try:
        return None if value is None else value.to_bytes(size, "big")
    except OverflowError as exc:
        raise Malformed(f"{value} does not fit {size} bytes") from exc
