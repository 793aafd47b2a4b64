"""A vehicle with anchors and a phone's radio around it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Literal

from drivers.api.space import Path, Point
from drivers.api.stage import Carried
from drivers.api.uwb import CccSession, Measurement, RangingAnchor, RangingSession
from drivers.sim.motion import Motion
from drivers.sim.ranging_air import Call, Reply
from drivers.sim.uwb_anchor import VirtualUwbAnchor
from drivers.sim.world import World
from drivers.uwb.kits import PipeAnchor

URSK = bytes(range(32))
CCC = CccSession(
    session_id=0x1234,
    ursk=URSK,
    sts_index0=1000,
    time0_us=0,
    ran_multiplier=1,
    chaps_per_slot=6,
    slots_per_round=12,
    responders=4,
    responder_index=0,
    sync_code=9,
)
PLACES: Mapping[str, tuple[float, float, float]] = {
    "driver_handle": (0.1, 0.88, 0.95),
    "passenger_handle": (0.1, -0.88, 0.95),
    "trunk": (-1.93, 0.0, 0.95),
    "cabin": (0.0, 0.0, 1.25),
}


class Radio:
    """A phone's radio that ranges in one session with one key, from where its motion is."""

    def __init__(self, world: World) -> None:
        self.calls: list[Call] = []
        self.ursk, self.late_ns, self.shift_m = URSK, 0, 0.0
        self._world = world
        world.ranging_air.join(self)

    def stand(self, at: Point, carried: Carried = Carried.IN_HAND) -> None:
        self.walk(Path((at,), 1.0), carried)

    def walk(self, path: Path, carried: Carried = Carried.IN_HAND) -> None:
        motion = Motion(path, self._world.clock.now_ns(), carried)
        self._world.motions.set(self, motion)

    def hear(self, call: Call) -> Reply | None:
        self.calls.append(call)
        motion = self._world.motions.of(self)
        if motion is None or call.session_id != CCC.session_id:
            return None
        fits = call.ursk == self.ursk
        at = motion.where(call.t_ns)
        return Reply(at, motion.carried, fits, self.shift_m, self.late_ns)


class Street:
    """The world, its phone, and what opens anchors; its time may be skipped."""

    def __init__(
        self, stack: ExitStack, seed: int = 0, time: Literal["real", "virtual"] = "virtual"
    ) -> None:
        self._stack = stack
        self.world = stack.enter_context(World(seed, time=time))
        stack.enter_context(self.world.clock.skipping())
        self.radio = Radio(self.world)
        self.chips: dict[str, VirtualUwbAnchor] = {}

    def anchor(self, name: str, at: tuple[float, float, float] | None = None) -> PipeAnchor:
        place = PLACES[name] if at is None else at
        chip = self._stack.enter_context(VirtualUwbAnchor(self.world, place))
        self.chips[name] = chip
        anchor = self._stack.enter_context(PipeAnchor(chip))
        anchor.name = name
        return anchor


def start(anchor: RangingAnchor, lead_s: float = 0.1, session: CccSession = CCC) -> RangingSession:
    """A session whose block 0 is ``lead_s`` from now, by the anchor's own clock."""
    time0_us = anchor.time_us() + round(lead_s * 1e6)
    return anchor.start(replace(session, time0_us=time0_us))


def taken(ranging: RangingSession, count: int) -> list[Measurement]:
    """So many measurements, waited for on the world's time."""
    found = []
    for _ in range(count):
        one = ranging.next(5.0)
        assert one is not None
        found.append(one)
    return found
