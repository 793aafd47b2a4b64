"""What the blocks of a phone lead to: unlock, lock, or nothing yet and why. Pure (facts 4.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.tracker import Block
from rig.vehicle.passive.zones import Zone


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether the last blocks prove it, at which handle, and what speaks against it."""

    proved: bool
    handle: str = ""
    why_not: str = ""


def in_unlock_zone(blocks: Sequence[Block], settings: PassiveSettings) -> Finding:
    """Whether k of the last n blocks place the key at a handle, the last one included."""
    recent = blocks[-settings.n :]
    return _proved(recent, settings, [_at_a_handle(block) for block in recent])


def has_left(blocks: Sequence[Block], settings: PassiveSettings) -> Finding:
    """Whether k of the last n blocks place the key out of every lock zone, the last included."""
    recent = blocks[-settings.n :]
    away = [b.place is not None and b.place.zone.away for b in recent]
    return _proved(recent, settings, away)


def _at_a_handle(block: Block) -> bool:
    return block.place is not None and block.place.zone is Zone.UNLOCK


def _proved(recent: Sequence[Block], settings: PassiveSettings, holds: list[bool]) -> Finding:
    if sum(holds) < settings.k or not holds[-1]:
        return Finding(False)
    against = sum(block.inconsistent for block in recent)
    if against > settings.most_inconsistent:
        return Finding(False, why_not=f"inconsistent: {against} of {len(recent)}")
    places = (block.place for block, held in zip(recent, holds, strict=True) if held)
    handles = Counter(place.handle for place in places if place is not None)
    return Finding(True, handles.most_common(1)[0][0])
