"""Times and nights.

A night goes from noon to noon UTC and is named by the day it began on, so that one that passes
midnight is one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

_NOON = timedelta(hours=12)


def to_utc(text: str) -> datetime:
    """ISO 8601 text as a time in UTC; without an offset it is taken for UTC. ValueError."""
    found = datetime.fromisoformat(text)
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    try:
        return found.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError(f"{text!r} is no time") from exc


def night_of(time: datetime) -> date:
    """The night that a time in UTC lies in."""
    return (time - _NOON).date() if time.year > 1 else time.date()
