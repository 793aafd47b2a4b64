"""Where a rail stands in the vehicle's frame, and its way of counting.

A place on the rail is one or two numbers of metres from the end that GRBL counts as minus its
travel (``$130``, ``$131``); GRBL's own coordinates run from there to zero, wherever it homes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from drivers.api.errors import DriverError, OutOfReach
from drivers.api.space import Path, Point

Vector = tuple[float, float, float]
OnRail = tuple[float, ...]

BESIDE_M = 0.01  # a place that lies further from the rail's line or plane is not on it
_ROUNDING_M = 1e-6


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: which way it runs in the vehicle's frame, and how far."""

    direction: Vector
    length_m: float

    @classmethod
    def along(cls, direction: Vector, length_m: float) -> Axis:
        """Raises DriverError for a direction that is none, or no length."""
        size = math.hypot(*direction)
        if not (math.isfinite(size) and size > 0):
            raise DriverError(f"{list(direction)} is no direction")
        if not 0 < length_m < math.inf:
            raise DriverError(f"{length_m:g} m is no length of a rail")
        x, y, z = (part / size for part in direction)
        return cls((x, y, z), length_m)


@dataclass(frozen=True, slots=True)
class RailFrame:
    """A rail of one axis, or a gantry of two that are square to each other."""

    origin: Point
    axes: tuple[Axis, ...]

    def __post_init__(self) -> None:
        for a, b in pairwise(self.axes):
            if abs(_dot(a.direction, b.direction)) > 1e-3:
                raise DriverError("the two axes of a gantry must be square to each other")

    def place(self, on_rail: OnRail) -> Point:
        """A place of the rail in the vehicle's frame."""
        at = [self.origin.x_m, self.origin.y_m, self.origin.z_m]
        for axis, along_m in zip(self.axes, on_rail, strict=True):
            at = [here + along_m * part for here, part in zip(at, axis.direction, strict=True)]
        return Point(at[0], at[1], at[2])

    def on_rail(self, place: Point, name: str) -> OnRail:
        """The way back. Raises OutOfReach for a place that the rail does not reach."""
        far = (
            place.x_m - self.origin.x_m,
            place.y_m - self.origin.y_m,
            place.z_m - self.origin.z_m,
        )
        found = tuple(_dot(far, axis.direction) for axis in self.axes)
        beside_m = self.place(found).distance_m(place)
        if not beside_m <= BESIDE_M:
            raise OutOfReach(f"{place} lies {beside_m:.2f} m beside the rail", device=name)
        for axis, along_m in zip(self.axes, found, strict=True):
            if not -_ROUNDING_M <= along_m <= axis.length_m + _ROUNDING_M:
                said = f"{place} lies at {along_m:.2f} m of a rail of {axis.length_m:g} m"
                raise OutOfReach(said, device=name)
        return tuple(
            min(max(along_m, 0.0), axis.length_m)
            for axis, along_m in zip(self.axes, found, strict=True)
        )

    def way(self, path: Path, name: str) -> tuple[OnRail, ...]:
        """All points of a path, on the rail. Raises OutOfReach as above."""
        return tuple(self.on_rail(point, name) for point in path.points)


def machine_mm(on_rail: OnRail, travel_mm: tuple[float, ...]) -> tuple[float, ...]:
    """A place of the rail in GRBL's coordinates."""
    return tuple(m * 1000 - t for m, t in zip(on_rail, travel_mm, strict=True))


def from_machine(position_mm: tuple[float, ...], travel_mm: tuple[float, ...]) -> OnRail:
    """The way back; what GRBL says of axes that the rail does not have is left out."""
    return tuple((p + t) / 1000 for p, t in zip(position_mm, travel_mm, strict=False))


def _dot(a: Vector, b: Vector) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))
