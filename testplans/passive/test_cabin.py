"""Starting, and the trunk, with the phone somewhere in the cabin: found inside, never outside."""

from __future__ import annotations

import random

import pytest

from drivers.api.phone import Phone
from drivers.api.space import Point
from drivers.api.stage import Carried, Stage
from rig.digital_key.profiles import Purpose
from rig.measure.limits import Count
from rig.measure.observations import Observe
from rig.measure.outcomes import Inconclusive
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import walking

pytestmark = pytest.mark.usefixtures("passive")
INSIDE = {
    "driver's seat": walking.DRIVERS_SEAT,
    "passenger's seat": Point(-0.1, -0.35, walking.SEAT_M),
    "back seat": Point(-0.95, 0.3, walking.SEAT_M),
    "console": Point(0.3, 0.0, 0.55),
}
OUTSIDE_M = (0.3, 1.0)  # from the door: DK-START-04


def sit(car: Car, stage: Stage, phone: Phone, at: Point, carried: Carried) -> None:
    """Come to the vehicle, and be inside for a while."""
    walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))
    stage.place(phone, at, carried)
    car.clock.sleep(walking.SETTLE_S)


@pytest.mark.requirement("DK-START-02", "DK-START-06")
@pytest.mark.parametrize("where", INSIDE)
def test_the_button_alone_starts_with_the_phone_inside(
    car: Car, stage: Stage, phone: Phone, measure: Measure, observe: Observe, where: str
) -> None:
    """The tray is empty all the while; what else counts as inside is open (AMB-21)."""
    if not phone.ultra_wideband:
        raise Inconclusive("the phone has no ultra-wideband")
    sit(car, stage, phone, INSIDE[where], Carried.FRONT_POCKET)
    with measure("press_to_drive_ready", unit="ms", of="presses").once() as sample:
        sample.starts()
        pressed = car.press_start_stop()
        sample.ends_with(car.drive_ready)
    assert pressed.accepted, pressed.explanation
    observe("found inside", where, ambiguity="AMB-21")
    car.press_start_stop()


@pytest.mark.requirement("DK-START-07")
def test_a_key_that_may_not_start_starts_nothing_inside(
    car: Car, stage: Stage, friend_phone: Phone
) -> None:
    key = car.keyring.named("friend_phone")
    key.start = False
    sit(car, stage, friend_phone, INSIDE["driver's seat"], Carried.FRONT_POCKET)
    assert not car.press_start_stop().accepted
    key.start = True
    assert car.press_start_stop().accepted
    car.press_start_stop()


@pytest.mark.requirement("DK-START-04")
@pytest.mark.parametrize("door", ["driver", "passenger"])
def test_a_phone_outside_a_door_starts_nothing(
    car: Car, stage: Stage, phone: Phone, door: str
) -> None:
    walking.approach(car, stage, phone, walking.towards(door, walking.WALK_MPS), handle=door)
    for away_m in OUTSIDE_M:
        stage.place(phone, walking.beside(door, away_m))
        car.clock.sleep(walking.SETTLE_S)
        pressed = car.press_start_stop()
        assert not pressed.accepted, f"{away_m:g} m outside the {door} door"
        assert not car.drive_ready


@pytest.mark.requirement("DK-START-04")
def test_inside_and_outside_are_never_mistaken(
    car: Car, stage: Stage, phone: Phone, measure: Measure, count: Count
) -> None:
    """Places drawn at random: in the cabin, and 0.3 m to 1 m outside of its doors."""
    chance = random.Random(299)  # noqa: S311 - places of a test
    walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))
    wrong = []
    name, places = "wrong_side", count("inside_outside", 8)
    with measure(name, unit="", of="places").repeat(places) as samples:
        for number, sample in enumerate(samples):
            inside = number % 2 == 0
            at = _drawn_inside(chance) if inside else _drawn_outside(chance)
            stage.place(phone, at)
            car.clock.sleep(walking.SETTLE_S)
            found = car.passive.find_inside(Purpose.START_FIRST) is not None
            if found is not inside:
                wrong.append(f"({at.x_m:.2f}, {at.y_m:.2f}, {at.z_m:.2f})")
            sample.takes(float(found is not inside))
    assert not wrong, f"{len(wrong)} of {places} places: {', '.join(wrong)}"


def _drawn_inside(chance: random.Random) -> Point:
    return Point(chance.uniform(-1.2, 0.5), chance.uniform(-0.5, 0.5), chance.uniform(0.5, 0.9))


def _drawn_outside(chance: random.Random) -> Point:
    door = chance.choice(["driver", "passenger"])
    at = walking.beside(door, chance.uniform(*OUTSIDE_M), chance.uniform(-0.6, 0.8))
    return Point(at.x_m, at.y_m, chance.uniform(0.7, 1.2))


@pytest.mark.requirement("DK-TRUNK-03")
def test_the_trunk_button_opens_with_the_phone_in_a_pocket_inside(
    car: Car, stage: Stage, phone: Phone, measure: Measure
) -> None:
    sit(car, stage, phone, INSIDE["driver's seat"], Carried.FRONT_POCKET)
    with measure("button_to_trunk_open", unit="ms", of="presses").once() as sample:
        sample.starts()
        pressed = car.press_trunk_button()
        sample.ends_with(car.door("trunk").open)
    assert pressed.accepted, pressed.explanation
    car.shut("trunk")
