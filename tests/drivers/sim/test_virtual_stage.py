"""The virtual stage moves things in the world, exactly."""

from __future__ import annotations

import pytest

from drivers.api.space import Path, Point
from drivers.api.stage import Carried
from drivers.sim.motion import Motion
from drivers.sim.stage import VirtualStage
from drivers.sim.world import World
from tests.contracts.test_stage import Fob


def test_what_it_brings_is_in_the_world_and_not_at_a_reader() -> None:
    with World(time="virtual") as world, VirtualStage(world) as stage:
        fob = Fob()
        fob.present("driver_handle")
        stage.place(fob, Point(1, 2, 1), Carried.BACK_POCKET)
        motion = world.motions.of(fob)
        assert fob.at == ""
        assert motion is not None
        assert motion.carried is Carried.BACK_POCKET
        assert motion.where(world.clock.now_ns() + 10**12) == Point(1, 2, 1)


def test_a_walk_goes_on_with_the_worlds_time_and_ends_there() -> None:
    with World(time="virtual") as world, VirtualStage(world) as stage:
        fob, path = Fob(), Path((Point(0, 6), Point(0, 1)), 2.0)
        walk = stage.walk(fob, path)
        world.clock.sleep(1.0)
        motion = world.motions.of(fob)
        assert motion is not None
        assert motion.where(world.clock.now_ns()).y_m == pytest.approx(4.0)
        assert walk.where(world.clock.now_ns()) == motion.where(world.clock.now_ns())
        walk.finish()
        assert (world.clock.now_ns() - walk.begun_ns) / 1e9 == pytest.approx(2.5)


def test_whoever_watches_is_told_and_closing_takes_away_what_it_brought() -> None:
    with World(time="virtual") as world:
        fob, seen = Fob(), list[Motion | None]()
        world.motions.watch(fob, seen.append)
        stage = VirtualStage(world)
        stage.place(fob, Point(0, 3))
        stage.close()
        stage.close()
        assert seen[0] is not None
        assert seen[1:] == [None]
        assert world.motions.of(fob) is None
