"""The driver of a GRBL rail against a virtual one: where it says a phone is, what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.api.errors import DeviceNotFound, DriverError, OutOfReach
from drivers.api.space import Path, Point
from drivers.api.stage import Carried
from drivers.sim.grbl_rail import VirtualRail
from drivers.sim.world import World
from drivers.stage.grbl import GrblStage
from drivers.stage.grbl_drive import AHEAD_S
from tests.contracts.test_stage import Fob
from tests.drivers.operator.scripted import ScriptedOperator
from tests.drivers.stage.rail_bench import (
    ACROSS,
    ANSWER_S,
    APPROACH,
    FAR,
    FRAME,
    NEAR,
    TOP_MPS,
    opened,
    rail_bench,
)

L_SHAPE = Path((FAR, NEAR, Point(2.6, 1.0, 1.0), Point(2.6, 3.0, 1.0)), 2.0)


def test_where_a_walk_was_is_where_the_carriage_was() -> None:
    with rail_bench() as bench:
        walk = bench.stage.walk(Fob(), APPROACH)
        walk.finish()
        for tenth in range(70):
            t_ns = walk.begun_ns + tenth * 10**8
            assert bench.truth_m(walk.where(t_ns), t_ns) <= bench.stage.accuracy.within_m
        t_ns = walk.begun_ns + 2 * 10**9  # and the walk was a walk
        assert bench.truth_m(APPROACH.after(2.0), t_ns) < 0.5
        assert walk.where(t_ns).distance_m(FAR) > 2.0


def test_on_a_gantry_a_walk_goes_round_corners() -> None:
    with rail_bench(**ACROSS) as bench:
        walk = bench.stage.walk(Fob(), L_SHAPE)
        walk.finish()
        assert bench.stage.identity().model == "XY gantry"
        ended_ns = bench.world.clock.now_ns()
        for share in range(20):
            t_ns = walk.begun_ns + (ended_ns - walk.begun_ns) * share // 19
            assert bench.truth_m(walk.where(t_ns), t_ns) <= bench.stage.accuracy.within_m
        assert bench.truth_m(L_SHAPE.points[-1], ended_ns) < 1e-3


def test_what_is_on_the_carriage_is_in_the_world_where_the_carriage_is() -> None:
    with rail_bench() as bench:
        fob, motions = Fob(), bench.world.motions
        fob.present("driver_handle")
        walk = bench.stage.walk(fob, APPROACH, Carried.BACK_POCKET)
        assert fob.at == ""
        motion = motions.of(fob)
        assert motion is not None
        assert motion.carried is Carried.BACK_POCKET
        walk.finish()
        assert motion.where(bench.world.clock.now_ns()).distance_m(NEAR) < 1e-3
        assert 1 < motion.where(walk.begun_ns + 3 * 10**9).distance_m(NEAR) < 6
        bench.stage.take_away(fob)
        assert motions.of(fob) is None


def test_it_homes_before_the_first_move_and_not_again() -> None:
    with rail_bench() as bench:
        assert all(finding.ok for finding in bench.stage.self_test())
        assert b"$H" not in bench.rail.heard
        bench.stage.place(Fob(), FAR)
        bench.stage.place(Fob(), NEAR)
        said = bytes(bench.rail.heard)
        assert said.count(b"$H\n") == 1
        assert said.index(b"$H\n") < said.index(b"G1")
        assert bench.truth_m(NEAR, bench.world.clock.now_ns()) < 1e-3


REFUSED: dict[str, tuple[Path, str]] = {
    "beyond the end": (Path((FAR, Point(0.1, 0.5, 1.0)), 1.0), "8.40 m of a rail of 8 m"),
    "before the beginning": (Path((Point(0.1, 9.0, 1.0),), 1.0), "-0.10 m of a rail"),
    "beside it": (Path((FAR, Point(0.4, 2.0, 1.0)), 1.0), "0.30 m beside the rail"),
    "above it": (Path((Point(0.1, 2.0, 1.2),), 1.0), "0.20 m beside the rail"),
    "no place": (Path((Point(float("nan"), 2.0, 1.0),), 1.0), "beside the rail"),
    "too fast": (Path((FAR, NEAR), 2.1), "2.1 m/s: this rail runs at 2 m/s at most"),
}


@pytest.mark.parametrize(("path", "said"), REFUSED.values(), ids=REFUSED)
def test_what_the_rail_cannot_do_is_refused_before_anything_moves(path: Path, said: str) -> None:
    with rail_bench() as bench:
        begin = bench.rail.where(bench.world.clock.now_ns())
        with pytest.raises(OutOfReach, match=said):
            bench.stage.walk(Fob(), path)
        assert bench.stands()
        assert bench.rail.where(bench.world.clock.now_ns()) == begin


UNFIT: dict[str, tuple[dict[str, float], str]] = {
    "inches": ({"13": 1}, r"\$13.*set 0"),
    "no soft limits": ({"20": 0}, r"\$20.*soft limits are off; set 1"),
    "no homing": ({"22": 0}, r"\$22.*homing is off"),
    "work coordinates": ({"10": 0}, r"set \$10=1"),
    "a shorter travel": ({"130": 7500}, r"8000 mm, and GRBL knows 7500 mm.*\$130"),
    "a slower axis": ({"110": 60000}, r"top_speed_mps 2 is more than GRBL's own 1.00 m/s"),
    "a fast homing": ({"25": 130000}, r"homes at 2.17 m/s \(\$25\), and top_speed_mps is 2"),
    "no acceleration": ({"120": 0}, r"\$120=0.0: it must be above zero"),
}


@pytest.mark.parametrize(("settings", "said"), UNFIT.values(), ids=UNFIT)
def test_settings_that_are_not_safe_are_refused_on_opening(
    settings: dict[str, float], said: str
) -> None:
    with World(time="virtual") as world, VirtualRail(world, **FRAME, settings=settings) as rail:
        with pytest.raises(DriverError, match=said):
            opened(world, rail)
        assert not rail.mechanics.moves


GREETINGS: dict[str, tuple[Any, str]] = {
    "silence": (lambda _: b"", "nothing greets as GRBL"),
    "noise": (lambda data: bytes(b ^ 0xA5 for b in data), "nothing greets as GRBL"),
    "no end of a line": (lambda data: data.replace(b"\n", b"") * 9, "nothing greets as GRBL"),
    "an older one": (lambda data: data.replace(b"1.1h", b"0.9j"), "it is GRBL 0.9j; 1.1 is needed"),
}


@pytest.mark.parametrize(("spoil", "said"), GREETINGS.values(), ids=GREETINGS)
def test_what_does_not_greet_as_grbl_is_not_found(spoil: Any, said: str) -> None:
    with World(time="virtual") as world, VirtualRail(world, **FRAME) as rail:
        rail.spoil = spoil
        with pytest.raises(DeviceNotFound, match=said):
            opened(world, rail, answer_s=0.1)
        rail.spoil = None
        opened(world, rail).close()  # and the line was let go of


def test_no_such_line_says_what_is_plugged_in() -> None:
    with World(time="virtual") as world, VirtualRail(world, **FRAME) as rail:
        with pytest.raises(DeviceNotFound, match=r"no serial line has this.*seen: "):
            GrblStage("no-such-number", rail, **FRAME, top_speed_mps=1.0)
        rail.unplug()
        with pytest.raises(DeviceNotFound, match="not plugged in"):
            opened(world, rail)


def test_no_more_is_buffered_than_it_stops_in_and_a_fifth_of_a_second() -> None:
    ahead_mm: list[float] = []
    with rail_bench() as bench:
        walk = bench.stage.walk(Fob(), APPROACH)
        while not ahead_mm or bench.rail.mechanics.moves:
            bench.world.clock.sleep(0.05)
            blocks = list(bench.rail.mechanics.planner.blocks)
            left = sum(block.length for block in blocks[1:])
            if blocks:
                left += abs(blocks[0].end[0] - bench.rail.mechanics.machine[0])
            ahead_mm.append(left)
        walk.finish()
    speed_mps = APPROACH.speed_mps
    step_m = 0.05 * speed_mps
    assert max(ahead_mm) / 1000 <= speed_mps * AHEAD_S + speed_mps**2 / (2 * 5.0) + 2 * step_m


def test_a_person_puts_it_on_the_carriage_once_and_takes_it_off() -> None:
    person = ScriptedOperator()
    with World(time="virtual") as world, VirtualRail(world, **FRAME) as rail:
        options = {**FRAME, "top_speed_mps": TOP_MPS, "answer_s": ANSWER_S, "time": world}
        with GrblStage(rail, person, **options) as stage:
            fob = Fob()
            person.expects(("owner phone: fix it on the carriage of the rail, in the hand", ""))
            stage.place(fob, FAR)
            stage.place(fob, NEAR)
            person.expects(("owner phone: take it off the carriage", ""))
            stage.take_away(fob)
            stage.take_away(fob)
            person.was_asked_all()
