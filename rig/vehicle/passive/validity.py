"""Whether one measurement may count at all, before anybody asks how far it is (facts 1.7, 4.5)."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api.uwb import Measurement, RangeStatus
from rig.vehicle.passive.settings import PassiveSettings

NOTHING_HEARD = "nothing heard"
STS_FAILED = "STS failed"
FAILED = "measurement failed"
NEGATIVE = "negative distance"
UNTRUSTED = "figure of merit too low"
REPLAYED = "replayed block"
OUT_OF_STEP = "STS index out of step"
LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """When and under which STS index the blocks of a session come, by the vehicle's clock."""

    sts_index0: int
    sts_per_block: int
    time0_ns: int
    block_ns: int

    def block_at(self, t_ns: int) -> int:
        """The block that a moment falls into; below zero before Time0."""
        return (t_ns - self.time0_ns) // self.block_ns


@dataclass(frozen=True, slots=True)
class Valid:
    """What a measurement says: the range, and the block it belongs to."""

    block: int
    distance_m: float


class Validity:
    """Judges the measurements of one anchor in one session, in the order they came."""

    def __init__(self, grid: Grid, settings: PassiveSettings) -> None:
        self._grid, self._settings = grid, settings
        self._block = -1  # the last that was taken

    def judge(self, m: Measurement) -> Valid | str:
        """The range, or by what name it is refused."""
        if m.status is RangeStatus.NO_ANSWER:
            return NOTHING_HEARD
        if m.status is RangeStatus.STS_FAILED:
            return STS_FAILED
        if m.status is RangeStatus.FAILED or m.distance_m is None:
            return FAILED
        if m.distance_m < -self._settings.negative_m:
            return NEGATIVE
        if m.figure_of_merit is not None and (
            m.figure_of_merit < self._settings.min_figure_of_merit
        ):
            return UNTRUSTED
        return self._in_step(m, max(0.0, m.distance_m))

    def _in_step(self, m: Measurement, distance_m: float) -> Valid | str:
        block = m.block if m.block is not None else self._grid.block_at(m.t_ns)
        if m.sts_index is not None:
            by_index = (m.sts_index - self._grid.sts_index0) // self._grid.sts_per_block
            if m.block is not None and by_index != m.block:
                return OUT_OF_STEP
            block = by_index
        if block <= self._block:
            return REPLAYED
        begins_ns = self._grid.time0_ns + block * self._grid.block_ns
        behind_ns = m.t_ns - begins_ns
        most_ns = self._grid.block_ns + round(self._settings.late_s * 1e9)
        if behind_ns < -self._grid.block_ns:
            return OUT_OF_STEP  # a block that cannot have been yet
        self._block = block
        return Valid(block, distance_m) if behind_ns <= most_ns else LATE
