"""A rail that goes wrong under way: it stops, the error says what to do, and it homes again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from drivers.api.errors import DeviceNotFound, DriverError, FrameError, LinkLost, LinkTimeout
from drivers.api.stage import Walk
from drivers.sim.grbl_rail import VirtualRail
from drivers.sim.world import World
from drivers.stage.grbl_messages import GrblAlarm
from tests.architecture.source_tree import PROJECT
from tests.contracts.test_stage import Fob
from tests.drivers.stage.rail_bench import (
    ANSWER_S,
    APPROACH,
    FAR,
    FRAME,
    NEAR,
    STOPPING_M,
    RailBench,
    rail_bench,
)

_SOON_S = 2.0  # of real time, where no answer comes


def under_way(bench: RailBench) -> Walk:
    """A walk, two seconds after it set out."""
    walk = bench.stage.walk(Fob(), APPROACH)
    bench.world.clock.sleep(2.0)
    assert bench.rail.mechanics.speed > 1000
    return walk


def spoiling(spoil: Callable[[bytes], bytes]) -> Callable[[VirtualRail], None]:
    def plant(rail: VirtualRail) -> None:
        rail.spoil = spoil

    return plant


FAULTS: dict[str, tuple[Callable[[VirtualRail], None], type[DriverError], str]] = {
    "a limit switch": (VirtualRail.hit_limit, GrblAlarm, "ALARM:1, a limit switch was hit; free"),
    "the door": (VirtualRail.open_door, DriverError, "the safety door is open: close it"),
    "a power dip": (VirtualRail.power, DriverError, "reset meanwhile .*home again"),
    "unplugged": (VirtualRail.unplug, LinkLost, "pts"),
    "silence": (spoiling(lambda _: b""), LinkTimeout, "no answer within"),
    "noise": (
        spoiling(lambda data: bytes(b if b == 10 else b | 0x80 for b in data)),
        FrameError,
        "no line of text",
    ),
    "no end of a line": (spoiling(lambda _: b"x" * 300), FrameError, "no line ends"),
    "another word": (spoiling(lambda _: b"start\r\n"), FrameError, "nothing that GRBL says"),
    "half a report": (
        spoiling(lambda data: data.replace(b"MPos:", b"MPos:1e9,")),
        FrameError,
        "no coordinates",
    ),
}


@pytest.mark.parametrize(("plant", "kind", "said"), FAULTS.values(), ids=FAULTS)
def test_what_goes_wrong_under_way_stops_it_and_is_told(
    plant: Callable[[VirtualRail], None], kind: type[DriverError], said: str
) -> None:
    with rail_bench(_SOON_S if kind is LinkTimeout else ANSWER_S) as bench:
        walk = under_way(bench)
        there = bench.rail.where(bench.world.clock.now_ns())
        plant(bench.rail)
        with pytest.raises(kind, match=said):
            walk.finish()
        with pytest.raises(kind, match=said):
            walk.where(bench.world.clock.now_ns())
        bench.world.clock.sleep(1.0)
        assert bench.stands()
        assert bench.truth_m(there, bench.world.clock.now_ns()) <= STOPPING_M
        before_ns = walk.begun_ns + 10**9
        assert bench.truth_m(walk.where(before_ns), before_ns) <= bench.stage.accuracy.within_m
        bench.rail.spoil = None


def pull_out_and_put_back(rail: VirtualRail) -> None:
    rail.unplug()
    rail.plug()


MENDED: dict[str, tuple[Callable[[VirtualRail], None], str]] = {
    "a limit switch": (VirtualRail.hit_limit, "a limit switch was hit"),
    "the door": (VirtualRail.open_door, "the safety door is open"),
    "a power dip": (VirtualRail.power, "reset meanwhile"),
    "the line": (pull_out_and_put_back, "pts"),
}


@pytest.mark.parametrize(("plant", "why"), MENDED.values(), ids=MENDED)
def test_after_that_it_is_seen_to_be_clear_and_homes_and_goes_on(
    plant: Callable[[VirtualRail], None], why: str
) -> None:
    with rail_bench() as bench:
        walk = under_way(bench)
        plant(bench.rail)
        with pytest.raises(DriverError):
            walk.finish()
        assert not bench.rail.cleared
        bench.stage.place(Fob(), NEAR)
        (said,) = bench.rail.cleared
        assert why in said
        assert bench.truth_m(NEAR, bench.world.clock.now_ns()) < 1e-3
        assert [finding.ok for finding in bench.stage.self_test()] == [True]


@pytest.mark.parametrize("plant", [plant for plant, _ in MENDED.values()], ids=MENDED)
def test_what_happens_to_it_at_rest_is_mended_by_the_next_move(
    plant: Callable[[VirtualRail], None],
) -> None:
    with rail_bench() as bench:
        bench.stage.place(Fob(), FAR)
        plant(bench.rail)
        bench.stage.place(Fob(), NEAR)
        assert len(bench.rail.cleared) == 1
        assert bench.rail.heard.count(b"$H\n") == 2
        assert bench.truth_m(NEAR, bench.world.clock.now_ns()) < 1e-3


def test_a_line_that_does_not_come_back_is_not_found_and_one_that_does_later_is() -> None:
    with rail_bench(back_s=0.0) as bench:
        bench.stage.place(Fob(), FAR)
        bench.rail.unplug()
        with pytest.raises(DeviceNotFound, match="not plugged in"):
            bench.stage.place(Fob(), NEAR)
        assert [finding.ok for finding in bench.stage.self_test()] == [False]
        bench.rail.plug()
        assert [finding.ok for finding in bench.stage.self_test()] == [True]
        bench.stage.place(Fob(), NEAR)
        assert bench.truth_m(NEAR, bench.world.clock.now_ns()) < 1e-3


def test_a_line_that_comes_back_soon_is_waited_for() -> None:
    with rail_bench(back_s=20.0) as bench:
        bench.stage.place(Fob(), FAR)
        bench.rail.unplug()
        later = threading.Timer(0.3, bench.rail.plug)
        later.start()
        bench.stage.place(Fob(), NEAR)
        later.join()
        assert bench.truth_m(NEAR, bench.world.clock.now_ns()) < 1e-3


def test_another_controller_on_the_line_that_came_back_is_not_moved() -> None:
    with rail_bench() as bench:
        bench.stage.place(Fob(), FAR)
        bench.rail.unplug()
        bench.rail.firmware.settings[20] = 0
        bench.rail.plug()
        before = bytes(bench.rail.heard)
        with pytest.raises(DriverError, match="soft limits are off"):
            bench.stage.place(Fob(), NEAR)
        assert b"$H" not in bench.rail.heard[len(before) :]
        bench.rail.firmware.settings[20] = 1
        bench.stage.place(Fob(), NEAR)


def test_an_untold_fault_is_told_by_the_next_move() -> None:
    with rail_bench() as bench:
        under_way(bench)
        bench.rail.hit_limit()
        bench.world.clock.sleep(0.2)
        with pytest.raises(GrblAlarm):
            bench.stage.place(Fob(), NEAR)
        bench.stage.place(Fob(), NEAR)


def test_the_emergency_stop_stops_it_at_once_and_its_place_is_lost() -> None:
    with rail_bench() as bench:
        walk = under_way(bench)
        there = bench.rail.where(bench.world.clock.now_ns())
        bench.stage.stop()
        assert bench.stands()
        assert bench.truth_m(there, bench.world.clock.now_ns()) <= 1.4**2 / (2 * 5.0) + 0.02
        with pytest.raises(DriverError, match="emergency stop"):
            walk.finish()
        bench.stage.place(Fob(), FAR)
        assert bench.rail.heard.count(b"$H\n") == 2


def test_a_rail_that_says_nothing_is_told_to_stop_all_the_same() -> None:
    with rail_bench(_SOON_S) as bench:
        walk = under_way(bench)
        bench.rail.spoil = lambda _: b""
        with pytest.raises(LinkTimeout):
            walk.finish()
        bench.hears(b"!")
        bench.rail.spoil = None


def test_another_walk_begins_when_the_last_has_run_out() -> None:
    with rail_bench() as bench:
        fob = Fob()
        bench.stage.walk(fob, APPROACH)
        bench.world.clock.sleep(1.0)
        again = bench.stage.walk(fob, APPROACH)
        assert bench.truth_m(FAR, again.begun_ns) < 1e-3
        again.finish()
        assert bench.truth_m(NEAR, bench.world.clock.now_ns()) < 1e-3


def test_closing_under_way_stops_it() -> None:
    with rail_bench() as bench:
        under_way(bench)
        there = bench.rail.where(bench.world.clock.now_ns())
        bench.stage.close()
        bench.stage.close()
        assert bench.stands()
        assert bench.truth_m(there, bench.world.clock.now_ns()) < 0.5


RUNNER = """
import sys
from drivers.api.stage import RailLine
from drivers.stage.grbl import GrblStage
from tests.contracts.test_stage import Fob
from tests.drivers.stage.rail_bench import APPROACH, FRAME
class Line(RailLine):
    path = sys.argv[1]
class Nobody:
    def mount(self, holder, carried): pass
stage = GrblStage(Line(), Nobody(), **FRAME, top_speed_mps=2.0)
stage.walk(Fob(), APPROACH)
print("under way", flush=True)
sys.stdin.read()
"""


def test_a_rail_stops_when_its_program_is_killed() -> None:
    settings = {"23": 1.0, "25": 120000.0, "24": 6000.0}  # homes fast: this takes real time
    with World() as world, VirtualRail(world, **FRAME, start=(0.9,), settings=settings) as rail:
        runner = subprocess.Popen(
            [sys.executable, "-c", RUNNER, rail.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        with runner:
            assert runner.stdout is not None
            assert runner.stdout.readline() == b"under way\n"
            while rail.mechanics.speed < 1000:
                time.sleep(0.01)
            runner.send_signal(signal.SIGKILL)
            runner.wait()
        there = rail.where(world.clock.now_ns())
        while rail.mechanics.moves:
            time.sleep(0.01)
        assert there.distance_m(rail.where(world.clock.now_ns())) <= STOPPING_M + 0.3
        assert rail.where(world.clock.now_ns()).distance_m(NEAR) > 2.0
