"""A rail of eight metres beside the vehicle, and its driver, on the world's time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from drivers.api.space import Path, Point
from drivers.sim.grbl_rail import VirtualRail
from drivers.sim.world import World
from drivers.stage.grbl import GrblStage
from drivers.stage.grbl_drive import AHEAD_S

FRAME: dict[str, Any] = {
    "origin": (0.1, 8.9, 1.0),
    "direction": (0.0, -1.0, 0.0),
    "length_m": 8.0,
}
ACROSS: dict[str, Any] = {"across": (1.0, 0.0, 0.0), "width_m": 3.0}
TOP_MPS = 2.0
ANSWER_S = 10.0  # of real time, on a busy machine

FAR, NEAR = Point(0.1, 8.0, 1.0), Point(0.1, 1.0, 1.0)
APPROACH = Path((FAR, NEAR), 1.4)
BRAKING_M = APPROACH.speed_mps**2 / (2 * 5.0)
STOPPING_M = APPROACH.speed_mps * AHEAD_S + 2 * BRAKING_M


@dataclass
class RailBench:
    """The three of them."""

    world: World
    rail: VirtualRail
    stage: GrblStage

    def truth_m(self, place: Point, t_ns: int) -> float:
        """How far a place is from where the carriage really was."""
        return place.distance_m(self.rail.where(t_ns))

    def hears(self, last: bytes) -> None:
        """Wait until this is the last that the rail has heard; virtual time waits with it."""
        until_s = time.monotonic() + 20
        while not self.rail.heard.endswith(last):
            assert time.monotonic() < until_s, self.rail.heard[-20:]
            time.sleep(0.005)

    def stands(self) -> bool:
        """Whether the carriage is where it was a second ago, which is let pass."""
        clock = self.world.clock
        before = self.rail.where(clock.now_ns())
        clock.sleep(1.0)
        return before == self.rail.where(clock.now_ns())


@contextmanager
def rail_bench(
    answer_s: float = ANSWER_S, back_s: float = 5.0, **options: Any
) -> Iterator[RailBench]:
    """All three, opened; the options are those that rail and driver share."""
    with (
        World(time="virtual") as world,
        VirtualRail(world, **FRAME, **options) as virtual,
        opened(world, virtual, answer_s=answer_s, back_s=back_s, **options) as stage,
    ):
        yield RailBench(world, virtual, stage)


def opened(world: World, rail: VirtualRail, **options: Any) -> GrblStage:
    """The driver of a rail; a keyword replaces an option."""
    asked = {**FRAME, "top_speed_mps": TOP_MPS, "answer_s": ANSWER_S, "time": world, **options}
    return GrblStage(rail, rail, **asked)
