"""Times and nights.

A night goes from noon to noon and is named by the day it began on, so that one that passes
midnight is one. The noon is that of UTC unless another zone is asked for.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_NOON = timedelta(hours=12)


def to_utc(text: str) -> datetime:
    """ISO 8601 text as a time in UTC; without an offset it is taken for UTC. ValueError."""
    found = datetime.fromisoformat(text)
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    try:
        return found.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError(f"{text!r} is no time") from exc


def night_of(time: datetime, zone: tzinfo = UTC) -> date:
    """The night that a time in UTC lies in, by the noons of a zone."""
    if 1 < time.year < 9999:
        time = time.astimezone(zone)  # its wall clock, which summer time moves
    return (time.replace(tzinfo=None) - _NOON).date() if time.year > 1 else time.date()


def zone_of(name: str) -> tzinfo:
    """A zone by its name, such as Europe/Berlin; ValueError for what is none."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (OSError, KeyError, ValueError) as exc:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"{name!r} is no time zone, such as UTC or Europe/Berlin") from exc
