"""Walks past and up to the vehicle, as ideal anchors with the channel's figures measure them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from drivers.api.space import Path, Point
from drivers.api.uwb import Measurement, RangeStatus
from rig.vehicle.passive.decision import in_unlock_zone
from rig.vehicle.passive.geometry import COOPER
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.tracker import Block, Tracker
from rig.vehicle.passive.validity import Grid

ANCHORS: Mapping[str, Point] = {
    "left": Point(0.6, 0.90, 0.9),
    "right": Point(0.6, -0.90, 0.9),
    "rear": Point(-1.9, 0.0, 0.7),
    "cabin": Point(0.1, 0.0, 1.3),
}
GRID = Grid(sts_index0=1000, sts_per_block=96, time0_ns=0, block_ns=96_000_000)
Alter = Callable[[int, str, float], float]


def unaltered(_block: int, _anchor: str, distance_m: float) -> float:
    return distance_m


@dataclass
class Air:
    """Facts 4.2 in line of sight: spread per block, and a bias that changes from place to place.

    The bias of each anchor is fresh every metre of the way.
    """

    seed: int
    sigma_m: float = 0.034
    bias_m: float = 0.06
    spread_of_bias_m: float = 0.06
    missing: float = 0.01
    alter: Alter = unaltered
    biases: dict[tuple[str, int], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - no secret

    def measure(self, block: int, anchor: str, true_m: float, walked_m: float) -> Measurement:
        place = (anchor, int(walked_m))
        if place not in self.biases:
            self.biases[place] = self.random.gauss(self.bias_m, self.spread_of_bias_m)
        t_ns, sts = block * GRID.block_ns + 20_000_000, 1000 + 96 * block + 1
        if self.random.random() < self.missing:
            return Measurement(t_ns, 0, RangeStatus.NO_ANSWER, 3, sts_index=sts, block=block)
        noisy = self.random.gauss(true_m + self.biases[place], self.sigma_m)
        distance = round(self.alter(block, anchor, noisy), 2)
        return Measurement(
            t_ns, 0, RangeStatus.OK, 0, distance, sts_index=sts, block=block, figure_of_merit=100
        )


def blocks_of(
    path: Path, air: Air, settings: PassiveSettings, anchors: Mapping[str, Point] = ANCHORS
) -> Iterator[tuple[Block, Point]]:
    """Each block of the walk, with the place where the phone was then."""
    tracker = Tracker(anchors, COOPER, settings)
    tracker.begin(GRID)
    count = int(path.duration_s / 0.096) + 15
    for number in range(count):
        t_s = number * 0.096 + 0.02
        at = path.after(t_s)
        for name, place in anchors.items():
            measured = air.measure(number, name, place.distance_m(at), t_s * path.speed_mps)
            for block in tracker.take(name, measured):
                yield block, at


def opened_at(
    path: Path, air: Air, settings: PassiveSettings, anchors: Mapping[str, Point] = ANCHORS
) -> Point | None:
    """Where the phone was when the vehicle decided to unlock; None when it never did."""
    seen: list[Block] = []
    for block, at in blocks_of(path, air, settings, anchors):
        seen.append(block)
        if in_unlock_zone(seen, settings).proved:
            return at
    return None
