"""What the air does to a UWB range: measured figures, replayed with a seed (facts 4.2).

A range is the distance, plus a bias that grows with it, plus a bias of the position that stays
while one stands still, plus noise from block to block. Obstacles lengthen it and never shorten it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Obstacle(Enum):
    """What stands between anchor and phone."""

    NONE = "line of sight"
    LIGHT = "mild blockage"
    BODY = "direct path present but weak"
    WALL = "no direct path"


@dataclass(frozen=True, slots=True)
class Band:
    """The figures up to a distance: mean error, and spread from block to block."""

    up_to_m: float
    bias_m: float
    sigma_m: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One kind of path. ``position_m``: spread of the bias from position to position.

    ``gap_db`` is how far the first path lies below all that is received; devices tell from it
    whether the path is clear. ``missing`` is the share of blocks without a result.
    """

    bands: tuple[Band, ...]  # by distance; the last one goes on
    position_m: float
    gap_db: float
    missing: float

    def at(self, distance_m: float) -> Band:
        """The band of a distance."""
        fitting = (band for band in self.bands if distance_m <= band.up_to_m)
        return next(fitting, self.bands[-1])


FIGURES: Mapping[Obstacle, Figures] = {
    Obstacle.NONE: Figures(
        (
            Band(3, 0.037, 0.034),
            Band(6, 0.065, 0.030),
            Band(11, 0.104, 0.040),
            Band(21, 0.174, 0.026),
            Band(41, 0.255, 0.026),
            Band(61, 0.291, 0.026),
        ),
        position_m=0.06,
        gap_db=4.0,
        missing=0.01,
    ),
    Obstacle.LIGHT: Figures(
        (Band(6, 0.112, 0.027), Band(11, 0.153, 0.027), Band(21, 0.208, 0.027)),
        position_m=0.06,
        gap_db=6.5,
        missing=0.03,
    ),
    Obstacle.BODY: Figures((Band(61, 0.377, 0.038),), position_m=0.119, gap_db=9.2, missing=0.10),
    Obstacle.WALL: Figures((Band(61, 1.04, 0.094),), position_m=0.62, gap_db=9.9, missing=0.30),
}
"""Biases, spreads and gaps are measured, but the gap of LIGHT; shares of missing blocks and the
spread of positions in LOS and LIGHT are inferred [I]."""

CELL_M = 0.60  # width of a pulse: within it the bias of a position changes little (facts 4.1)
MOST_M = 3.1  # the largest error that was measured
_CLEAR_BELOW_DB, _BLOCKED_ABOVE_DB = 6.0, 10.0  # facts 4.2 [I]
_GAP_SIGMA_DB = 1.5  # [I]
_POWER_DBM = -14.3  # -41.3 dBm/MHz over 499.2 MHz
_LOSS_AT_1M_DB = 50.5  # free space, channel 9


@dataclass(frozen=True, slots=True)
class Reading:
    """One range as a radio sees it; ``blocked`` None where it cannot tell."""

    distance_m: float
    blocked: bool | None
    figure_of_merit: int  # percent
    rssi_dbm: float


class UwbChannel:
    """The air around one anchor. Two of one seed do the same."""

    def __init__(self, seed: int = 0, figures: Mapping[Obstacle, Figures] = FIGURES) -> None:
        self._seed = seed
        self._figures = figures
        self._random = random.Random(seed)  # noqa: S311 - chance of the simulation
        self._knot = lru_cache(maxsize=4096)(self._drawn)

    def measure(self, distance_m: float, obstacle: Obstacle = Obstacle.NONE) -> Reading | None:
        """One range over the true distance; None when the block brings no result."""
        figures, chance = self._figures[obstacle], self._random
        if chance.random() < figures.missing:
            return None
        band = figures.at(distance_m)
        bias_m = band.bias_m + figures.position_m * self._position(distance_m, obstacle)
        if obstacle is not Obstacle.NONE:
            bias_m = max(bias_m, 0.0)
        error_m = min(bias_m, MOST_M) + chance.gauss(0.0, band.sigma_m)
        gap_db = chance.gauss(figures.gap_db, _GAP_SIGMA_DB)
        loss_db = _LOSS_AT_1M_DB + 20 * math.log10(max(distance_m, 0.1)) + gap_db - 4.0
        return Reading(
            distance_m + error_m,
            _blocked(gap_db),
            round(max(0.0, min(100.0, 100 - 5 * max(0.0, gap_db - 2)))),  # [I]
            _POWER_DBM - loss_db,
        )

    def _position(self, distance_m: float, obstacle: Obstacle) -> float:
        """The bias of a position in standard deviations, changing smoothly along a walk."""
        cell, part = divmod(distance_m / CELL_M, 1.0)
        before, after = self._knot(int(cell), obstacle), self._knot(int(cell) + 1, obstacle)
        spread = math.hypot(1 - part, part)  # keeps the deviation at 1 between two knots
        return ((1 - part) * before + part * after) / spread

    def _drawn(self, cell: int, obstacle: Obstacle) -> float:
        named = random.Random(f"{self._seed}/{cell}/{obstacle.name}")  # noqa: S311 - as above
        return named.gauss(0.0, 1.0)


def _blocked(gap_db: float) -> bool | None:
    if gap_db < _CLEAR_BELOW_DB:
        return False
    return True if gap_db > _BLOCKED_ABOVE_DB else None
