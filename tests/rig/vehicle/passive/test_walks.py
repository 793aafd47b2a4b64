"""Walks with the channel's figures, straight into tracker and decision."""

from __future__ import annotations

import random
from dataclasses import replace
from statistics import pstdev

import pytest

from drivers.api.space import Path, Point
from rig.vehicle.passive.geometry import COOPER
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.tracker import ALONE, Tracker
from tests.rig.vehicle.passive.walks import ANCHORS, GRID, Air, Alter, blocks_of, opened_at

HANDLE = COOPER.handles["driver"]
AT_THE_HANDLE = {"handle": Point(-0.3, 0.9, 0.85)}
SETTINGS = PassiveSettings()
GIVE_OR_TAKE_M = 0.1  # what a range is worth


def approach(speed_mps: float, seed: int) -> Path:
    """From 6 m or more away, from ahead or behind, up to the driver's door."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    start = Point(draw.uniform(-3, 3), 7.0 + draw.uniform(0, 0.3), 1.0)
    return Path((start, Point(HANDLE.x_m, 0.95, 1.0)), speed_mps)


def passing(seed: int, beyond_m: float) -> Path:
    """Anywhere around the vehicle, at least so far from its outline, at any speed."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    side = draw.choice((1, -1))
    away = side * (0.865 + beyond_m)
    points = [
        Point(draw.uniform(-6, 6), away + side * draw.uniform(0, 3) * draw.random(), 1.0)
        for _ in range(4)
    ]
    return Path(tuple(points), draw.uniform(0.3, 2.1))


def over_ground_m(at: Point) -> float:
    return Point(at.x_m, at.y_m).distance_m(Point(HANDLE.x_m, HANDLE.y_m))


@pytest.mark.parametrize("speed_mps", [1.4, 2.1])
@pytest.mark.parametrize("filtered", ["kalman", "median"])
def test_every_approach_opens_inside_the_zone_at_much_the_same_distance(
    speed_mps: float, filtered: str
) -> None:
    settings = PassiveSettings(filter=filtered)  # type: ignore[arg-type]
    found = [opened_at(approach(speed_mps, n), Air(1000 + n), settings) for n in range(200)]
    distances = [over_ground_m(at) for at in found if at is not None]
    assert len(distances) == 200
    assert max(distances) <= SETTINGS.unlock_m + GIVE_OR_TAKE_M
    assert min(distances) >= 0.5  # DK-UNLOCK-02
    assert pstdev(distances) <= 0.15 * speed_mps / 1.4


def test_a_single_anchor_at_the_handle_does_as_well() -> None:
    found = [opened_at(approach(1.4, n), Air(n), SETTINGS, AT_THE_HANDLE) for n in range(200)]
    distances = [over_ground_m(at) for at in found if at is not None]
    assert len(distances) == 200
    assert pstdev(distances) <= 0.15


@pytest.mark.parametrize("anchors", [ANCHORS, AT_THE_HANDLE], ids=["four", "one"])
def test_nobody_who_walks_past_at_three_metres_opens_it(anchors: dict[str, Point]) -> None:
    assert not any(opened_at(passing(n, 3.0), Air(n), SETTINGS, anchors) for n in range(200))


def everywhere(share: float, seed: int) -> Alter:
    """Every anchor is told of somebody at the door, in this share of the blocks."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    bad: dict[int, bool] = {}
    at = Point(HANDLE.x_m, 1.2, 1.0)

    def alter(block: int, anchor: str, distance_m: float) -> float:
        if bad.setdefault(block, draw.random() < share):
            return {**ANCHORS, **AT_THE_HANDLE}[anchor].distance_m(at)
        return distance_m

    return alter


def anywhere(share: float, seed: int) -> Alter:
    """Each anchor by itself is told of a distance that is shorter by any amount."""
    draw = random.Random(seed)  # noqa: S311 - no secret

    def alter(_block: int, _anchor: str, distance_m: float) -> float:
        return distance_m * draw.random() if draw.random() < share else distance_m

    return alter


@pytest.mark.parametrize("anchors", [ANCHORS, AT_THE_HANDLE], ids=["four", "one"])
@pytest.mark.parametrize("attack", [everywhere, anywhere])
def test_short_distances_in_a_tenth_of_the_blocks_open_nothing(
    anchors: dict[str, Point], attack: object
) -> None:
    for n in range(200):
        air = Air(n, alter=attack(0.1, n))  # type: ignore[operator]
        assert opened_at(passing(n, 3.0), air, SETTINGS, anchors) is None


def test_the_same_attack_opens_where_the_countermeasures_are_switched_off() -> None:
    """The fault that the test above would find."""
    trusting = PassiveSettings(
        filter="none", speed_cap_mps=500.0, k=1, n=1, start_k=1, start_n=1, triangle_m=99.0
    )
    opened = [
        opened_at(passing(n, 3.0), Air(n, alter=everywhere(0.1, n)), trusting) for n in range(5)
    ]
    assert all(opened)


def resting(at: Point, seed: int, anchors: dict[str, Point] = ANCHORS) -> Tracker:  # type: ignore[assignment]
    tracker = Tracker(anchors, COOPER, SETTINGS)
    tracker.begin(GRID)
    air = Air(seed)
    for number in range(20):
        for name, place in anchors.items():
            list(tracker.take(name, air.measure(number, name, place.distance_m(at), 0.0)))
    return tracker


def test_inside_and_outside_are_never_mixed_up() -> None:
    draw = random.Random(3)  # noqa: S311 - no secret
    for n in range(299):
        inside = n % 2 == 0
        y = draw.uniform(-0.5, 0.5) if inside else draw.choice((1, -1)) * draw.uniform(1.0, 1.6)
        at = Point(draw.uniform(-1.2, 0.5), y, 1.0)
        assert resting(at, n).resting_inside() is inside, at


def test_a_phone_that_is_no_longer_heard_is_not_inside() -> None:
    tracker = resting(Point(0, 0.3, 1.0), 1)
    assert tracker.resting_inside()
    for number in range(20, 26):
        for name in ANCHORS:
            silent = Air(0, missing=1.0).measure(number, name, 1.0, 0.0)
            list(tracker.take(name, silent))
    assert not tracker.resting_inside()
    assert tracker.unheard == 6


def one_of_them_reads_short(settings: PassiveSettings) -> Tracker:
    """The anchor in the cabin is made to read 0.1 m; of the others nothing is heard."""
    tracker = Tracker(ANCHORS, COOPER, settings)
    tracker.begin(GRID)
    short, jammed = Air(1, sigma_m=0.001, bias_m=0.0, spread_of_bias_m=0.0, missing=0.0), Air(1)
    jammed.missing = 1.0
    for number in range(30):
        for name in ANCHORS:
            air = short if name == "cabin" else jammed
            list(tracker.take(name, air.measure(number, name, 0.1, 0.0)))
    return tracker


def test_one_anchor_alone_puts_nobody_inside() -> None:
    """It takes one that reads short, and a jammer for the rest, to start the vehicle otherwise."""
    tracker = one_of_them_reads_short(SETTINGS)
    assert not tracker.resting_inside()
    assert tracker.rejections[ALONE] > 0
    trusting = replace(SETTINGS, anchors_least=1)
    assert one_of_them_reads_short(trusting).resting_inside(), "what the test would find"


def test_ten_per_cent_cannot_start_a_track() -> None:
    """No block of an injected place is believed, at the start as well as later."""
    for n in range(200):
        alter = everywhere(0.1, n)
        at = Path((Point(0.0, 4.0, 1.0),), 1.0)
        for block, _at in blocks_of(at, Air(n, alter=alter), SETTINGS):
            assert block.place is None or block.place.handle_m > 2.5
