"""Around the vehicle and in it: where a place lies, handle by handle (facts 4.5). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median

from drivers.api.space import Point
from rig.vehicle.passive.geometry import VehicleGeometry
from rig.vehicle.passive.position import Ranged, at_most_m
from rig.vehicle.passive.settings import PassiveSettings

_SIDES: Mapping[str, tuple[str, ...]] = {
    "all": ("driver", "passenger", "trunk"),
    "doors": ("driver", "passenger"),
    "driver": ("driver",),
}


class Zone(Enum):
    """Where a key is."""

    INSIDE = "inside"
    UNLOCK = "unlock zone"
    BETWEEN = "between unlock and lock radius"
    WELCOME = "welcome zone"
    BEYOND = "beyond the welcome zone"

    @property
    def away(self) -> bool:
        """Whether it has left the lock zone of every handle."""
        return self in (Zone.WELCOME, Zone.BEYOND)


@dataclass(frozen=True, slots=True)
class Located:
    """A zone, the handle that is nearest, and how far that is in metres."""

    zone: Zone
    handle: str
    handle_m: float
    at: Point | None = None  # None: too few anchors to tell


def located(
    at: Point, geometry: VehicleGeometry, settings: PassiveSettings, *, outside: bool = False
) -> Located:
    """The zone of a place; ``outside``: it is known not to be in the cabin."""
    handle, far_m = geometry.nearest(at)
    if geometry.cabin.holds(at) and not outside:
        return Located(Zone.INSIDE, handle, far_m, at)
    return Located(_ring(handle, far_m, settings), handle, far_m, at)


def bounded(
    ranges: Mapping[str, Ranged], geometry: VehicleGeometry, settings: PassiveSettings
) -> Located:
    """The zone as far as few anchors vouch for it: no nearer than what they exclude.

    One anchor that sits in a handle tells all of its zone; where its place is in the cabin, it
    tells inside as well.
    """
    far = {name: at_most_m(ranges, handle) for name, handle in geometry.handles.items()}
    handle = min(far, key=far.__getitem__)
    if any(_surely_inside(each, geometry) for each in ranges.values()):
        return Located(Zone.INSIDE, handle, far[handle])
    return Located(_ring(handle, far[handle], settings), handle, far[handle])


def middle(places: Sequence[Point]) -> Point:
    """The middle of several places, coordinate by coordinate."""
    return Point(median(p.x_m for p in places), median(p.y_m for p in places), places[0].z_m)


def may_open(handle: str, settings: PassiveSettings) -> bool:
    """Whether this handle's zone unlocks passively at all."""
    return handle in _SIDES[settings.sides]


def _ring(handle: str, far_m: float, settings: PassiveSettings) -> Zone:
    if far_m <= settings.unlock_m and may_open(handle, settings):
        return Zone.UNLOCK
    if far_m <= settings.lock_m:
        return Zone.BETWEEN
    return Zone.WELCOME if far_m <= settings.welcome_m else Zone.BEYOND


def _surely_inside(ranged: Ranged, geometry: VehicleGeometry) -> bool:
    """Whether so short a range of an anchor in the cabin leaves no place outside of it."""
    at, cabin = ranged.at, geometry.cabin
    if not cabin.holds(at):
        return False
    to_wall_m = min(
        cabin.front_m - at.x_m, at.x_m - cabin.rear_m, cabin.left_m - at.y_m, at.y_m - cabin.right_m
    )
    return ranged.distance_m <= to_wall_m
