"""Surveys and walks as a test takes them: the ``survey`` and ``walks`` fixtures.

    grid = survey("around the vehicle", cell_m=1.0)
    grid.add(Spot("front_left", 3.0, 2.0, reference_m=1.7), ranges_m, expected=50)

    log = walks("approach at 1.4 m/s", {"unlock": 1.0, "lock": 2.0})
    log.add(times_s, true_m, ranged_m, [WalkDecision("unlock", 3.2, 0.98)])

What was added until a test breaks off is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rig.measure.ranging import Spot, range_map, range_position, walk_set
from rig.records.run import (
    CalibrationRecord,
    RangeMap,
    RangePosition,
    WalkDecision,
    WalkRecord,
    WalkSet,
)

__all__ = ["RangePosition", "Survey", "WalkDecision", "Walks"]  # what a test holds in its hands


class Survey:
    """A range map under way. ``calibrations`` say what has been taken off the ranges already."""

    def __init__(
        self, name: str, cell_m: float, calibrations: Sequence[CalibrationRecord] = ()
    ) -> None:
        self._name, self._cell_m = name, cell_m
        self._calibrations = {each.anchor: each for each in calibrations}
        self._positions: list[RangePosition] = []

    def add(self, spot: Spot, ranges_m: Sequence[float], expected: int) -> RangePosition:
        """What one anchor measured at one position. Raises SampleError as range_position does."""
        position = range_position(spot, ranges_m, expected)
        self._positions.append(position)
        return position

    def record(self) -> RangeMap:
        """The map as it stands."""
        return range_map(self._name, self._cell_m, self._positions, self._calibrations)


class Walks:
    """Walks of one kind, and the limits of the zones that they lead through."""

    def __init__(self, name: str, radii_m: Mapping[str, float]) -> None:
        self._name, self._radii_m = name, radii_m
        self._walks: list[WalkRecord] = []

    def add(
        self,
        times_s: Sequence[float],
        true_m: Sequence[float],
        ranged_m: Sequence[float | None],
        decisions: Sequence[WalkDecision] = (),
    ) -> None:
        """The next walk: at these times, so far from what was walked to, true and as ranged."""
        number = len(self._walks) + 1
        self._walks.append(
            WalkRecord(number, tuple(times_s), tuple(true_m), tuple(ranged_m), tuple(decisions))
        )

    def record(self) -> WalkSet:
        """The set as it stands. Raises SampleError for a walk with times without distances."""
        return walk_set(self._name, self._walks, self._radii_m)
