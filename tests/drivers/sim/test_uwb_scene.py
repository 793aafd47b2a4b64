"""What stands between an anchor and a phone: metal, glass, a body; and which way one faces."""

from __future__ import annotations

import pytest

from drivers.api.space import Point
from drivers.api.stage import Carried
from drivers.sim.ranging_air import Call, RangingAir, Reply
from drivers.sim.uwb_channel import Obstacle
from drivers.sim.uwb_chip.scene import Shot, Sight
from drivers.sim.uwb_scene import AirScene, CarBody, Walker, worst
from drivers.uwb.uci.codes import Status

HANDLE, TRUNK, CEILING = Point(0.1, 0.88, 0.95), Point(-1.93, 0, 0.8), Point(0, 0, 1.25)
WITHIN = Point(0.1, 0.80, 0.85)  # in the door, behind its skin

PATHS: dict[str, tuple[Point, Point, Obstacle]] = {
    "handle to the driver's side": (HANDLE, Point(0.1, 3, 1.1), Obstacle.NONE),
    "handle along the side": (HANDLE, Point(-4, 0.9, 1.0), Obstacle.NONE),
    "from within the door outwards": (WITHIN, Point(0.5, 2, 1.0), Obstacle.NONE),
    "handle through both doors": (Point(0.1, 0.88, 0.8), Point(0.1, -3, 0.8), Obstacle.WALL),
    "handle through its door and the far window": (
        Point(0.1, 0.88, 0.8),
        Point(0.1, -3, 1.5),
        Obstacle.BODY,
    ),
    "handle above the sills through both windows": (
        Point(0.1, 0.88, 1.0),
        Point(0.1, -3, 1.2),
        Obstacle.LIGHT,
    ),
    "handle into the cabin": (Point(0.1, 0.88, 0.8), Point(0, 0.3, 0.7), Obstacle.BODY),
    "trunk to the back": (TRUNK, Point(-4, 0, 1), Obstacle.NONE),
    "trunk to the front": (TRUNK, Point(4, 0, 0.8), Obstacle.WALL),
    "ceiling to a seat": (CEILING, Point(0.2, -0.4, 0.6), Obstacle.NONE),
    "ceiling to the dashboard": (CEILING, Point(1.2, 0, 0.9), Obstacle.NONE),
    "ceiling out of the window": (CEILING, Point(0, 2, 1.1), Obstacle.LIGHT),
    "ceiling through the door": (CEILING, Point(0, 1.2, 0.3), Obstacle.BODY),
    "ceiling through the roof": (CEILING, Point(0.2, 0.2, 2.0), Obstacle.BODY),
    "over the roof": (Point(0, 1, 1.5), Point(0, -3, 1.5), Obstacle.NONE),
}


@pytest.mark.parametrize(("anchor", "phone", "expected"), PATHS.values(), ids=PATHS)
def test_a_path_meets_what_is_in_its_way(anchor: Point, phone: Point, expected: Obstacle) -> None:
    assert CarBody().between(anchor, phone) is expected


@pytest.mark.parametrize(("anchor", "phone", "expected"), PATHS.values(), ids=PATHS)
def test_both_sides_of_the_vehicle_are_alike(
    anchor: Point, phone: Point, expected: Obstacle
) -> None:
    def mirrored(place: Point) -> Point:
        return Point(place.x_m, -place.y_m, place.z_m)

    assert CarBody().between(mirrored(anchor), mirrored(phone)) is expected


def test_an_anchor_on_the_skin_sees_everything_on_its_side() -> None:
    body = CarBody()
    for degrees_y in range(1, 60):
        for x_m in (-3.0, -1.0, 0.0, 1.0, 3.0):
            assert body.between(HANDLE, Point(x_m, 0.9 + degrees_y / 10, 1.0)) is Obstacle.NONE


def test_of_several_obstacles_the_worst_counts() -> None:
    assert worst(Obstacle.LIGHT, Obstacle.WALL, Obstacle.BODY) is Obstacle.WALL
    assert worst(Obstacle.NONE, Obstacle.LIGHT) is Obstacle.LIGHT


class Answering:
    """A radio that gives the reply it was told to."""

    def __init__(self) -> None:
        self.reply: Reply | None = None

    def hear(self, call: Call) -> Reply | None:
        del call
        return self.reply


def sight(reply: Reply | None, anchor: Point = HANDLE, before: Point | None = None) -> Sight | None:
    """What an anchor sees of a reply, and half a second before of the same phone elsewhere."""
    air, radio = RangingAir(), Answering()
    air.join(radio)
    scene = AirScene(air, anchor)
    if before is not None and reply is not None:
        radio.reply = Reply(before, reply.carried)
        scene(Shot(1, 0, 0, 0, 100, bytes(32)))
    radio.reply = reply
    return scene(Shot(1, 0, 1, 500_000_000, 101, bytes(32)))


NEAR, FARTHER = Point(0.1, 2.0, 0.95), Point(0.1, 2.6, 0.95)
CARRIED: dict[str, tuple[Carried, Point | None, Obstacle]] = {
    "in the hand": (Carried.IN_HAND, FARTHER, Obstacle.NONE),
    "front pocket, coming": (Carried.FRONT_POCKET, FARTHER, Obstacle.LIGHT),
    "front pocket, standing": (Carried.FRONT_POCKET, None, Obstacle.LIGHT),
    "back pocket, coming": (Carried.BACK_POCKET, FARTHER, Obstacle.BODY),
    "back pocket, going": (Carried.BACK_POCKET, Point(0.1, 1.6, 0.95), Obstacle.NONE),
    "back pocket, standing": (Carried.BACK_POCKET, None, Obstacle.BODY),
    "back pocket, put there from afar": (Carried.BACK_POCKET, Point(0.1, -9, 1), Obstacle.BODY),
}


@pytest.mark.parametrize(("carried", "before", "expected"), CARRIED.values(), ids=CARRIED)
def test_a_pocket_stands_in_the_way_of_what_it_hides(
    carried: Carried, before: Point | None, expected: Obstacle
) -> None:
    found = sight(Reply(NEAR, carried), before=before)
    assert found is not None
    assert found.obstacle is expected
    assert found.distance_m == pytest.approx(HANDLE.distance_m(NEAR))


def test_who_stops_goes_on_facing_the_way_they_came() -> None:
    walker = Walker()
    walker.heading(Point(0, 3), 0)
    assert walker.heading(Point(0, 3.5), 10**9) == (0, 0.5)
    assert walker.heading(Point(0, 3.5), 9 * 10**9) == (0, 0.5)


def test_what_is_measured_is_the_distance_and_what_somebody_adds() -> None:
    found = sight(Reply(NEAR, shift_m=4.0, late_ns=7))
    assert found is not None
    assert found.distance_m == pytest.approx(HANDLE.distance_m(NEAR) + 4.0)
    assert found.late_ns == 7


def test_an_index_that_does_not_fit_fails_and_silence_is_silence() -> None:
    found = sight(Reply(NEAR, sts_fits=False))
    assert found is not None
    assert found.status == Status.PHY_STS_FAILED
    assert sight(None) is None
