"""Access policy: whether an authenticated key may have what it asks, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drivers.api.sharing import Area, Hours
from rig.digital_key.messages import Outcome
from rig.digital_key.profiles import Purpose
from rig.vehicle.body import Power
from rig.vehicle.keys import Key, KeyState
from rig.vehicle.readings import VehicleReadings

STARTS = (Purpose.START_FIRST, Purpose.START_AGAIN)
Whereabouts = Callable[[Sequence[Area]], bool | None]
"""Whether the vehicle stands in one of these areas; None when it does not know where it is."""


def nowhere(_areas: Sequence[Area]) -> bool | None:
    """The whereabouts of a vehicle without satellite navigation."""
    return None


@dataclass(frozen=True, slots=True)
class Decision:
    """``outcome`` travels in CONTROL FLOW; ``explanation`` is for people."""

    allowed: bool
    outcome: Outcome
    explanation: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the decision depends on besides the key."""

    now: datetime
    standing_open: Sequence[str]
    power: Power
    is_inside: Whereabouts = nowhere
    readings: VehicleReadings = field(default_factory=VehicleReadings)


def decide(key: Key, purpose: Purpose, about: Circumstances) -> Decision:
    """Judge one request. The first objection counts, the key's own before the vehicle's."""
    objection = (
        _against_key(key, purpose, about.now)
        or _against_pre_deletion(key, purpose, about.readings)
        or _against_restrictions(key, about)
        or _against_state(purpose, about)
    )
    if objection is not None:
        return objection
    return Decision(True, Outcome.SUCCESS, f"{key.name}: {purpose.value}")


def _against_key(key: Key, purpose: Purpose, now: datetime) -> Decision | None:
    if key.state is KeyState.DELETED:
        return _no(Outcome.KEY_DELETED, f"{key.name} was deleted")
    if key.state is KeyState.INACTIVE:
        return _no(Outcome.KEY_NOT_TRUSTED, f"{key.name} is deactivated")
    return _against_time(key, now) or _against_functions(key, purpose)


def _against_time(key: Key, now: datetime) -> Decision | None:
    if key.valid_from is not None and now < key.valid_from:
        return _no(Outcome.KEY_EXPIRED, f"{key.name} is not valid before {key.valid_from}")
    if key.valid_until is not None and now >= key.valid_until:
        return _no(Outcome.KEY_EXPIRED, f"{key.name} expired at {key.valid_until}")
    return None


def _against_functions(key: Key, purpose: Purpose) -> Decision | None:
    if not key.opens:
        return _no(Outcome.KEY_NOT_TRUSTED, f"{key.name} awaits its activation code")
    if purpose in STARTS and not key.start:
        return _no(Outcome.KEY_NOT_TRUSTED, f"{key.name} may not start the vehicle")
    if purpose in STARTS and not key.activated:
        return _no(Outcome.KEY_NOT_TRUSTED, f"{key.name} is not activated on the screen yet")
    return None


def _against_pre_deletion(key: Key, purpose: Purpose, readings: VehicleReadings) -> Decision | None:
    if key.state is not KeyState.PRE_DELETION or readings.pre_deletion_use == "as_before":
        return None
    if readings.pre_deletion_use == "unlock" and purpose not in STARTS:
        return None
    return _no(Outcome.KEY_NOT_TRUSTED, f"{key.name} was revoked and awaits its deletion")


def _against_restrictions(key: Key, about: Circumstances) -> Decision | None:
    hours, areas = key.restrictions.hours, key.restrictions.areas
    local = about.now.astimezone(about.readings.zone)
    if hours and not any(within(window, local) for window in hours):
        return _no(Outcome.KEY_EXPIRED, f"{key.name} is not for {local:%A %H:%M}")
    if not areas:
        return None
    inside = about.is_inside(areas)
    if inside is None:
        if about.readings.unknown_position == "allow":
            return None
        return _no(Outcome.KEY_NOT_TRUSTED, f"{key.name} is for certain areas; position unknown")
    return None if inside else _no(Outcome.KEY_NOT_TRUSTED, f"{key.name} is not for this area")


def within(window: Hours, local: datetime) -> bool:
    """Whether the vehicle's local time lies in the window, its end excluded.

    One that spans midnight belongs to the weekday on which it begins.
    """
    time, today = local.time(), local.weekday()
    if window.begin < window.end:
        return today in window.weekdays and window.begin <= time < window.end
    if time >= window.begin:
        return today in window.weekdays
    yesterday = (local - timedelta(days=1)).weekday()
    return time < window.end and yesterday in window.weekdays


def _against_state(purpose: Purpose, about: Circumstances) -> Decision | None:
    if purpose is not Purpose.LOCK:
        return None
    if about.standing_open:
        return _no(Outcome.DOORS_OPEN, f"open: {', '.join(about.standing_open)}")
    if about.power is Power.DRIVE_READY:
        return _no(Outcome.FAILURE, "the vehicle is drive-ready")
    return None


def _no(outcome: Outcome, explanation: str) -> Decision:
    return Decision(False, outcome, explanation)
