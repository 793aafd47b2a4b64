"""Access policy: whether an authenticated key may have what it asks, and what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rig.digital_key.messages import Outcome
from rig.digital_key.profiles import Purpose
from rig.vehicle.body import Power
from rig.vehicle.keyring import Key, KeyState

STARTS = (Purpose.START_FIRST, Purpose.START_AGAIN)


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


def decide(key: Key, purpose: Purpose, about: Circumstances) -> Decision:
    """Judge one request. The first objection counts, the key's own before the vehicle's."""
    objection = _against_key(key, purpose, about.now) or _against_state(purpose, about)
    if objection is not None:
        return objection
    return Decision(True, Outcome.SUCCESS, f"{key.name}: {purpose.value}")


def _against_key(key: Key, purpose: Purpose, now: datetime) -> Decision | None:
    if key.state is KeyState.DELETED:
        return _no(Outcome.KEY_DELETED, f"{key.name} was deleted")
    if key.state is KeyState.INACTIVE:
        return _no(Outcome.KEY_NOT_TRUSTED, f"{key.name} is deactivated")
    if key.valid_from is not None and now < key.valid_from:
        return _no(Outcome.KEY_EXPIRED, f"{key.name} is not valid before {key.valid_from}")
    if key.valid_until is not None and now >= key.valid_until:
        return _no(Outcome.KEY_EXPIRED, f"{key.name} expired at {key.valid_until}")
    if purpose in STARTS and not key.start:
        return _no(Outcome.KEY_NOT_TRUSTED, f"{key.name} may not start the vehicle")
    return None


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
