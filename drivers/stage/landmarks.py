"""Places around a vehicle in words that a person with a tape measure can follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.api.space import Path, Point

_AT_M = 0.05  # nearer than this is "at" a landmark
_OFFSET_M = 0.005  # what rounds to 0.00 m is not said
_HEIGHTS = (
    (0.25, "on the ground"),
    (0.70, "knee height"),
    (1.05, "waist height"),
    (1.45, "chest height"),
    (1.80, "eye height"),
)
_ABOVE = "above the head"
_SEARCH_M = 0.01  # steps along a path

LANDMARKS: Mapping[str, Point] = {
    "the driver's door handle": Point(0.10, 0.88, 0.95),
    "the passenger's door handle": Point(0.10, -0.88, 0.95),
    "the handle of the tailgate": Point(-1.93, 0.0, 0.95),
    "the middle of the front bumper": Point(1.93, 0.0, 0.50),
    "the middle of the driver's seat": Point(0.0, 0.37, 0.60),
    "the middle of the passenger's seat": Point(0.0, -0.37, 0.60),
}
"""Of a three-door MINI Cooper with the wheel on the left; taken from drawings, not measured [I]."""


@dataclass(frozen=True, slots=True)
class Landmark:
    """Something on the vehicle that a tape measure can be held to."""

    name: str
    at: Point


class Landmarks:
    """The landmarks of a vehicle."""

    def __init__(self, places: Mapping[str, Point]) -> None:
        """Raises ValueError when there is none."""
        if not places:
            raise ValueError("a stage needs a landmark to measure from")
        self._all = tuple(Landmark(name, at) for name, at in places.items())

    def nearest(self, place: Point) -> Landmark:
        """The one to measure from."""
        return min(self._all, key=lambda one: one.at.distance_m(place))

    def words(self, place: Point) -> str:
        """A place: how far from what, in which direction, how high."""
        mark = self.nearest(place)
        distance_m = mark.at.distance_m(place)
        high = f"{place.z_m:.2f} m above the ground ({height(place.z_m)})"
        if distance_m < _AT_M:
            return f"{mark.name}, {high}"
        where = _direction(mark.at, place)
        return f"{distance_m:.2f} m from {mark.name}, {where}{high}"

    def way(self, path: Path) -> str:
        """A path: its points after the first, and how fast."""
        steps = "; then to ".join(self.words(place) for place in path.points[1:])
        seconds = f"{path.length_m:.2f} m in {path.duration_s:.1f} s"
        return f"walk to {steps}; at {path.speed_mps:.1f} m/s, {seconds}"


def height(z_m: float) -> str:
    """A height in words."""
    return next((words for up_to_m, words in _HEIGHTS if z_m <= up_to_m), _ABOVE)


def on_path(path: Path, mark: Point, distance_m: float, near_s: float) -> tuple[Point, float]:
    """The place of a path at a distance from a landmark, and by how much it misses that.

    Of places that fit equally well, the one that was reached nearest to ``near_s`` counts.
    """
    step_s = _SEARCH_M / path.speed_mps
    count = int(path.duration_s / step_s) + 2
    moments = [min(path.duration_s, number * step_s) for number in range(count)]

    def misses_m(moment_s: float) -> float:
        return abs(path.after(moment_s).distance_m(mark) - distance_m)

    least_m = min(map(misses_m, moments))
    fitting = [moment for moment in moments if misses_m(moment) <= least_m + _SEARCH_M]
    best_s = min(fitting, key=lambda moment: abs(moment - near_s))
    return path.after(best_s), least_m


def _direction(start: Point, end: Point) -> str:
    """How far to each side, seen by somebody in the driver's seat; ends with a comma."""
    axes = (
        (end.y_m - start.y_m, "to the left", "to the right"),
        (end.x_m - start.x_m, "forwards", "backwards"),
    )
    parts = [
        f"{abs(by_m):.2f} m {plus if by_m > 0 else minus}"
        for by_m, plus, minus in axes
        if abs(by_m) >= _OFFSET_M
    ]
    return f"{' and '.join(parts)} as the vehicle faces, " if parts else "straight above or below, "
