"""A stage that moves phones in the world itself, exactly and on its time."""

from __future__ import annotations

from drivers.api.clock import Clock
from drivers.api.device import Identity
from drivers.api.phone import KeyHolder
from drivers.api.space import Path, Point
from drivers.api.stage import Accuracy, Carried, Stage, Walk
from drivers.sim.motion import Motion
from drivers.sim.world import World


class VirtualStage(Stage):
    """Sets the motion of whatever virtual holder it is given; it is taken from any reader first.

    Closing takes away all that it has brought.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._brought: dict[int, KeyHolder] = {}

    @property
    def accuracy(self) -> Accuracy:
        return Accuracy(0.0, "the world's own truth")

    def place(self, holder: KeyHolder, at: Point, carried: Carried = Carried.IN_HAND) -> None:
        self.walk(holder, Path((at,), 1.0), carried)

    def walk(self, holder: KeyHolder, path: Path, carried: Carried = Carried.IN_HAND) -> Walk:
        holder.withdraw()
        clock = self._world.clock
        motion = Motion(path, clock.now_ns(), carried)
        self._brought[id(holder)] = holder
        self._world.motions.set(holder, motion)
        return VirtualWalk(motion, clock)

    def take_away(self, holder: KeyHolder) -> None:
        self._brought.pop(id(holder), None)
        self._world.motions.set(holder, None)

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", "virtual stage")

    def close(self) -> None:
        for holder in tuple(self._brought.values()):
            self.take_away(holder)


class VirtualWalk(Walk):
    """A motion, watched."""

    def __init__(self, motion: Motion, clock: Clock) -> None:
        self._motion, self._clock = motion, clock

    @property
    def begun_ns(self) -> int:
        return self._motion.begun_ns

    def where(self, t_ns: int) -> Point:
        return self._motion.where(t_ns)

    def finish(self) -> None:
        left_s = self._motion.path.duration_s - (self._clock.now_ns() - self.begun_ns) / 1e9
        if left_s > 0:
            self._clock.sleep(left_s)
