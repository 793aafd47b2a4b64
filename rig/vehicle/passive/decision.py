"""What the blocks of a phone lead to: unlock, lock, or nothing yet and why. Pure (facts 4.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.tracker import Block
from rig.vehicle.passive.trend import trend
from rig.vehicle.passive.zones import Zone, may_open


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether the last blocks prove it, at which handle, and what speaks against it."""

    proved: bool
    handle: str = ""
    why_not: str = ""


def in_unlock_zone(blocks: Sequence[Block], settings: PassiveSettings) -> Finding:
    """Whether k of the last n blocks agree that the key is at a handle by now."""
    recent = blocks[-settings.n :]
    placed = [(b, b.place) for b in recent if b.place is not None]
    last = recent[-1].place if recent else None
    if last is None or last.zone is Zone.INSIDE or not may_open(last.handle, settings):
        return Finding(False)
    here = [(b.t_ns, p.handle_m) for b, p in placed if p.handle == last.handle]
    found = trend(here, recent[-1].t_ns, settings.agree_m, settings.speed_cap_mps)
    if found is None or sum(found.agreeing) < settings.k or not found.agreeing[-1]:
        return Finding(False)
    now_m = found.now_m + min(0.0, found.speed_mps) * settings.filter_lag_s
    if now_m > settings.unlock_m:
        return Finding(False)
    against = sum(block.inconsistent for block in recent)
    if against > settings.most_inconsistent:
        return Finding(False, why_not=f"inconsistent: {against} of {len(recent)}")
    return Finding(True, last.handle)


def has_left(blocks: Sequence[Block], settings: PassiveSettings) -> Finding:
    """Whether k of the last n blocks place the key out of every lock zone, the last included."""
    recent = blocks[-settings.n :]
    away = [b.place is not None and b.place.zone.away for b in recent]
    return _proved(recent, settings, away)


def _proved(recent: Sequence[Block], settings: PassiveSettings, holds: list[bool]) -> Finding:
    if sum(holds) < settings.k or not holds[-1]:
        return Finding(False)
    against = sum(block.inconsistent for block in recent)
    if against > settings.most_inconsistent:
        return Finding(False, why_not=f"inconsistent: {against} of {len(recent)}")
    places = (block.place for block, held in zip(recent, holds, strict=True) if held)
    handles = Counter(place.handle for place in places if place is not None)
    return Finding(True, handles.most_common(1)[0][0])
