"""Where places lie around a Cooper."""

from __future__ import annotations

import pytest

from drivers.api.space import Point
from rig.vehicle.passive.geometry import COOPER
from rig.vehicle.passive.position import Ranged
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.zones import Zone, bounded, located, middle

SETTINGS = PassiveSettings()


@pytest.mark.parametrize(
    ("at", "zone", "handle"),
    [
        (Point(-0.3, 1.8), Zone.UNLOCK, "driver"),
        (Point(-0.3, 1.9), Zone.BETWEEN, "driver"),
        (Point(-0.3, 2.9), Zone.WELCOME, "driver"),
        (Point(-0.3, 4.9), Zone.BEYOND, "driver"),
        (Point(0.6, -1.0), Zone.UNLOCK, "passenger"),
        (Point(-2.5, 0.2), Zone.UNLOCK, "trunk"),
        (Point(0.0, 0.4), Zone.INSIDE, "driver"),
        (Point(-1.5, 0.0), Zone.INSIDE, "trunk"),
        (Point(1.8, 0.0), Zone.WELCOME, "driver"),  # on the bonnet
    ],
)
def test_a_place_has_a_zone(at: Point, zone: Zone, handle: str) -> None:
    found = located(at, COOPER, SETTINGS)
    assert (found.zone, found.handle) == (zone, handle)


@pytest.mark.parametrize(
    ("sides", "zone"), [("all", Zone.UNLOCK), ("doors", Zone.BETWEEN), ("driver", Zone.BETWEEN)]
)
def test_a_handle_that_does_not_open_passively_has_no_unlock_zone(sides: str, zone: Zone) -> None:
    settings = PassiveSettings(sides=sides)  # type: ignore[arg-type]
    assert located(Point(-2.3, 0.0), COOPER, settings).zone is zone


def test_a_single_anchor_at_a_handle_tells_its_zone() -> None:
    at = COOPER.handles["driver"]
    assert bounded({"a": Ranged(at, 0.9)}, COOPER, SETTINGS).zone is Zone.UNLOCK
    assert bounded({"a": Ranged(at, 1.1)}, COOPER, SETTINGS).zone is Zone.BETWEEN


def test_a_single_anchor_in_the_cabin_tells_inside_where_nothing_else_can_be() -> None:
    at = Point(0.0, 0.0, 1.2)
    assert bounded({"a": Ranged(at, 0.7)}, COOPER, SETTINGS).zone is Zone.INSIDE
    assert bounded({"a": Ranged(at, 0.8)}, COOPER, SETTINGS).zone is not Zone.INSIDE


def test_the_middle_ignores_a_stray_place() -> None:
    assert middle([Point(0, 0), Point(0.1, 0.1), Point(9, -9)]) == Point(0.1, 0, 0)
