"""What every stage keeps, whoever moves the phone. One joins by its desk in DESKS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.api.clock import Clock
from drivers.api.device import Identity
from drivers.api.operator import Answer, Operator
from drivers.api.phone import KeyHolder
from drivers.api.secret_text import SecretText
from drivers.api.space import Path, Point
from drivers.api.stage import Carried, Stage
from drivers.sim.grbl_rail import VirtualRail
from drivers.sim.stage import VirtualStage
from drivers.sim.world import World
from drivers.stage.grbl import GrblStage
from drivers.stage.landmarks import LANDMARKS
from drivers.stage.operator import OperatorStage

APPROACH = Path((Point(0.1, 6.0, 1.0), Point(0.1, 1.0, 1.0)), 1.4)
ROUND = Path((Point(3.0, 3.0, 1.0), Point(-3.0, 3.0, 1.0), Point(-3.0, -3.0, 1.0)), 2.1)


class Fob(KeyHolder):
    """Something to carry about."""

    kind = "phone"

    def __init__(self) -> None:
        self.name = "owner_phone"
        self.at = ""

    def present(self, at: str) -> None:
        self.at = at

    def withdraw(self) -> None:
        self.at = ""

    def identity(self) -> Identity:
        return Identity(model="fob")

    def close(self) -> None:
        """Nothing is held."""


class Walker(Operator):
    """A person who does all that is asked on the world's time, and measures what they walked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.path: Path | None = None
        self._begun_ns = 0

    def ask(
        self, request: str, *choices: str, secret: SecretText | None = None, private: bool = False
    ) -> Answer:
        assert not choices
        assert secret is None
        assert not private
        text = ""
        if "you set out" in request:
            text = self._answer(request)
        elif "stand still" in request and self.path is not None:
            left_s = self.path.duration_s - (self._clock.now_ns() - self._begun_ns) / 1e9
            self._clock.sleep(max(0.0, left_s))
        return Answer(text, "ab", datetime(2026, 5, 1, tzinfo=UTC), 0.0)

    def identity(self) -> Identity:
        return Identity(model="walker")

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self, request: str) -> str:
        """Set out, or say how far it was after so many seconds from what is named."""
        asked = re.search(r"([\d.]+) s after .* tape to (.*): how many", request)
        if asked is None:
            self._begun_ns = self._clock.now_ns()
            return ""
        assert self.path is not None
        return f"{self.path.after(float(asked[1])).distance_m(LANDMARKS[asked[2]]):.2f}"


class Desk:
    """A stage, the clock it is read by, and what has to be told to whoever walks.

    ``lag_s`` is what the stage loses on its way by getting up to speed, at corners and at the end.
    """

    def __init__(
        self, stage: Stage, clock: Clock, tell: Callable[[Path], None], lag_s: float = 0.0
    ) -> None:
        self.stage, self.clock, self.tell, self.lag_s = stage, clock, tell, lag_s


def virtual_desk(stack: ExitStack) -> Desk:
    world = stack.enter_context(World(time="virtual"))
    return Desk(stack.enter_context(VirtualStage(world)), world.clock, lambda _path: None)


def operator_desk(stack: ExitStack) -> Desk:
    world = stack.enter_context(World(time="virtual"))
    person = Walker(world.clock)

    def tell(path: Path) -> None:
        person.path = path

    return Desk(stack.enter_context(OperatorStage(person, time=world)), world.clock, tell)


def gantry_desk(stack: ExitStack) -> Desk:
    world = stack.enter_context(World(time="virtual"))
    frame: dict[str, Any] = {
        "origin": (-4.0, -4.0, 1.0),
        "direction": (1.0, 0.0, 0.0),
        "length_m": 8.0,
    }
    rail = stack.enter_context(
        VirtualRail(world, **frame, across=(0.0, 1.0, 0.0), width_m=11.0, acceleration_mps2=10.0)
    )
    stage = GrblStage(
        rail, rail, **frame, top_speed_mps=3.0, across=(0.0, 1.0, 0.0), width_m=11.0, time=world
    )
    return Desk(stack.enter_context(stage), world.clock, lambda _path: None, lag_s=0.5)


DESKS = {"virtual": virtual_desk, "operator": operator_desk, "grbl": gantry_desk}


@pytest.fixture(params=DESKS)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield DESKS[request.param](stack)


def allowed_m(desk: Desk, path: Path) -> float:
    """What a place may be off: the stage's accuracy, and a tenth of a second or its lag."""
    return desk.stage.accuracy.within_m + max(0.1, desk.lag_s) * path.speed_mps


def test_a_stage_says_how_well_it_knows_a_place_and_whence(desk: Desk) -> None:
    assert 0 <= desk.stage.accuracy.within_m < 1
    assert desk.stage.accuracy.basis


def test_it_is_brought_to_a_place_however_it_is_carried(desk: Desk) -> None:
    for carried in Carried:
        desk.stage.place(Fob(), Point(0.1, 2.9, 1.0), carried)


@pytest.mark.parametrize("path", [APPROACH, ROUND], ids=["approach", "round the car"])
def test_a_walk_is_where_its_path_says_from_beginning_to_end(desk: Desk, path: Path) -> None:
    desk.tell(path)
    walk = desk.stage.walk(Fob(), path)
    assert walk.begun_ns <= desk.clock.now_ns()
    walk.finish()
    for share in (0.0, 0.2, 0.5, 0.8, 1.0):
        after_s = share * path.duration_s
        found = walk.where(walk.begun_ns + round(after_s * 1e9))
        assert found.distance_m(path.after(after_s)) <= allowed_m(desk, path) + 1e-6


def test_a_walk_is_over_when_the_way_is(desk: Desk) -> None:
    desk.tell(APPROACH)
    walk = desk.stage.walk(Fob(), APPROACH)
    walk.finish()
    walk.finish()
    passed_s = (desk.clock.now_ns() - walk.begun_ns) / 1e9
    assert passed_s == pytest.approx(APPROACH.duration_s, abs=0.01 + desk.lag_s)
    assert walk.where(desk.clock.now_ns()).distance_m(APPROACH.points[-1]) < 1e-6


def test_before_it_sets_out_it_stands_at_the_beginning(desk: Desk) -> None:
    desk.tell(APPROACH)
    walk = desk.stage.walk(Fob(), APPROACH)
    assert walk.where(walk.begun_ns - 10**9) == APPROACH.points[0]


def test_taking_away_twice_is_as_good_as_once_and_it_can_come_back(desk: Desk) -> None:
    fob = Fob()
    desk.stage.take_away(fob)
    desk.stage.place(fob, Point(0.1, 2.9, 1.0))
    desk.stage.take_away(fob)
    desk.stage.take_away(fob)
    desk.stage.place(fob, Point(0.1, 2.9, 1.0))


def test_a_stage_says_who_it_is_and_closes_twice(desk: Desk) -> None:
    assert desk.stage.identity().model
    assert all(finding.ok for finding in desk.stage.self_test())
    desk.stage.close()
    desk.stage.close()
