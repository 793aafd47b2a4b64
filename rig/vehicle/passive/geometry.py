"""The shape of the vehicle, as data: outline, cabin and handles in its own frame.

The frame is that of ``drivers.api.space``: origin in the middle on the ground, x forward, y left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.api.space import Point
from drivers.api.uwb import RangingAnchor
from rig.records.run import CalibrationRecord


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the ground, in metres."""

    front_m: float
    rear_m: float
    left_m: float
    right_m: float

    def holds(self, at: Point) -> bool:
        """Whether a place lies in it, whatever its height."""
        return self.rear_m <= at.x_m <= self.front_m and self.right_m <= at.y_m <= self.left_m

    def stands_between(self, a: Point, b: Point) -> bool:
        """Whether the straight way from one place to the other leads through it."""
        enters, leaves = 0.0, 1.0
        for start_m, end_m, least_m, most_m in (
            (a.x_m, b.x_m, self.rear_m, self.front_m),
            (a.y_m, b.y_m, self.right_m, self.left_m),
        ):
            step_m = end_m - start_m
            if step_m == 0:
                if not least_m <= start_m <= most_m:
                    return False
                continue
            first, last = sorted(((least_m - start_m) / step_m, (most_m - start_m) / step_m))
            enters, leaves = max(enters, first), min(leaves, last)
        return enters <= leaves


@dataclass(frozen=True, slots=True)
class VehicleGeometry:
    """``handles`` by the closure they are on; ``cabin`` is where a key counts as inside."""

    outline: Box
    cabin: Box
    handles: Mapping[str, Point] = field(default_factory=dict)

    def nearest(self, at: Point) -> tuple[str, float]:
        """The handle that is nearest over the ground, and how far it is, in metres."""
        ground = {name: _over_ground_m(at, handle) for name, handle in self.handles.items()}
        name = min(ground, key=ground.__getitem__)
        return name, ground[name]


COOPER = VehicleGeometry(
    outline=Box(1.93, -1.93, 0.865, -0.865),
    cabin=Box(0.80, -1.75, 0.72, -0.72),
    handles={
        "driver": Point(-0.30, 0.86, 0.85),
        "passenger": Point(-0.30, -0.86, 0.85),
        "trunk": Point(-1.93, 0.0, 0.90),
    },
)
"""A MINI Cooper hatch, 3.86 m by 1.73 m, driver on the left; measures inside are estimates."""


@dataclass(frozen=True, slots=True)
class PlacedAnchor:
    """An anchor, where it is mounted, and what is taken off its ranges."""

    anchor: RangingAnchor
    at: Point
    calibration: CalibrationRecord | None = None


def _over_ground_m(a: Point, b: Point) -> float:
    return Point(a.x_m, a.y_m).distance_m(Point(b.x_m, b.y_m))
