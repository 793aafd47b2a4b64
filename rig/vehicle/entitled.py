"""What an entitlement says, in the vehicle's own terms; the encoding is rig.digital_key's."""

from __future__ import annotations

from datetime import UTC, datetime, time

from drivers.api.sharing import Area, Hours, Restrictions
from rig.digital_key.attestation import Entitlement, WireArea, WireHours, areas_in, hours_in
from rig.digital_key.errors import Malformed

_DEGREE = 10_000_000  # of an angle on the wire
_YEAR_10000 = 253_402_300_800  # seconds since 1970: no calendar goes further


def restrictions_of(entitlement: Entitlement) -> Restrictions:
    """Its restrictions. Raises Malformed for values that mean nothing."""
    speed, volume = entitlement.top_speed, entitlement.volume
    try:
        return Restrictions(
            hours=tuple(map(_hours, hours_in(entitlement.hours) if entitlement.hours else ())),
            areas=tuple(map(_area, areas_in(entitlement.areas) if entitlement.areas else ())),
            top_speed_kmh=None if speed is None else int.from_bytes(speed, "big"),
            volume_percent=None if volume is None else volume[0],
        )
    except ValueError as exc:
        raise Malformed(f"a restriction that means nothing: {exc}") from exc


def moment(seconds: bytes) -> datetime | None:
    """A time since 1970; None when it lies beyond every calendar."""
    number = int.from_bytes(seconds, "big")
    return None if number >= _YEAR_10000 else datetime.fromtimestamp(number, UTC)


def _hours(wire: WireHours) -> Hours:
    days = frozenset(day for day in range(7) if wire.weekdays >> day & 1)
    return Hours(_time(wire.begin_min), _time(wire.end_min), days)


def _time(minutes: int) -> time:
    return time(*divmod(minutes, 60))


def _area(wire: WireArea) -> Area:
    return Area(wire.latitude / _DEGREE, wire.longitude / _DEGREE, float(wire.radius_m))
