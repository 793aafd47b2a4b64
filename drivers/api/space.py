"""Where things are: metres in the vehicle's own frame, and ways through it.

The origin is on the ground in the middle of the vehicle; x points forward, y to the left, z up
(ISO 8855).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Point:
    """A place."""

    x_m: float
    y_m: float
    z_m: float = 0.0

    def distance_m(self, other: Point) -> float:
        """Straight line between the two."""
        return math.dist((self.x_m, self.y_m, self.z_m), (other.x_m, other.y_m, other.z_m))

    def towards(self, other: Point, share: float) -> Point:
        """The place that lies ``share`` (0 to 1) of the way to the other."""
        return Point(
            self.x_m + share * (other.x_m - self.x_m),
            self.y_m + share * (other.y_m - self.y_m),
            self.z_m + share * (other.z_m - self.z_m),
        )


@dataclass(frozen=True, slots=True)
class Path:
    """A way from point to point at one speed; it ends, and rests, at the last."""

    points: tuple[Point, ...]
    speed_mps: float

    def __post_init__(self) -> None:
        if not self.points or not 0 < self.speed_mps < math.inf:
            raise ValueError("a path has a point and a speed above zero")

    @property
    def length_m(self) -> float:
        """From the first point to the last."""
        return sum(a.distance_m(b) for a, b in pairwise(self.points))

    @property
    def duration_s(self) -> float:
        """From setting out to coming to rest."""
        return self.length_m / self.speed_mps

    def after(self, elapsed_s: float) -> Point:
        """Where one is this long after setting out."""
        left_m = max(0.0, elapsed_s) * self.speed_mps
        for a, b in pairwise(self.points):
            step_m = a.distance_m(b)
            if left_m < step_m:
                return a.towards(b, left_m / step_m)
            left_m -= step_m
        return self.points[-1]
