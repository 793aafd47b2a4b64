"""A survey and a set of walks to judge the page by, from a made-up car park."""

from __future__ import annotations

import math
import random

from rig.measure.ranging import Spot, range_map, range_position, walk_set
from rig.records.run import CalibrationRecord, RangeMap, WalkDecision, WalkRecord, WalkSet

RADII = {"unlock": 1.2, "lock": 2.2}
DELAY = CalibrationRecord(
    "driver", "DWM3001CDK 760001", 0.295, 0.006, 100, 2.0, "2026-03-01", "J. Doe"
)


def survey(chance: random.Random, *, size: int = 5, cell_m: float = 1.0) -> RangeMap:
    """A grid beside the car; behind the pillar at one corner nothing is heard."""
    positions = []
    for across in range(size):
        for along in range(size):
            x_m, y_m = -2.0 + across * cell_m, 0.5 + along * cell_m
            true_m = math.hypot(x_m, y_m)
            hidden = across == along == size - 1
            bias = 0.04 + 0.02 * true_m + 0.35 * (across == 0)
            heard = 0 if hidden else 48
            ranges = [round(true_m + chance.gauss(bias, 0.03), 2) for _ in range(heard)]
            spot = Spot("driver", x_m, y_m, true_m, "line of sight")
            positions.append(range_position(spot, ranges, 50))
    return range_map("car park", cell_m, positions, {"driver": DELAY})


def walks(chance: random.Random, *, count: int = 40) -> WalkSet:
    """Approaches from 6 m at 1.4 m/s, ranged every 96 ms; the last one passes by."""
    made = []
    for number in range(1, count + 1):
        times = tuple(round(0.096 * n, 3) for n in range(40))
        true = tuple(round(max(6.0 - 1.4 * t, 0.6), 3) for t in times)
        ranged = tuple(
            None if chance.random() < 0.05 else round(m + chance.gauss(0.05, 0.03), 2) for m in true
        )
        at = next(i for i, m in enumerate(true) if m < chance.gauss(1.25, 0.08))
        unlock = WalkDecision("unlock", times[at], true[at])
        decisions = () if number == count else (unlock,)
        made.append(WalkRecord(number, times, true, ranged, decisions))
    return walk_set("approach at 1.4 m/s", made, RADII)
