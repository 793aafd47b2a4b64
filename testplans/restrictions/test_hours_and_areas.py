"""Hours and areas: when and where a shared key works."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from drivers.api.phone import Phone
from drivers.api.sharing import Area, Hours, Restrictions
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from rig.vehicle.drive import Position
from testplans.steps import driving, sharing

NINE_TO_FIVE = Hours(time(9, 0), time(17, 0))
MONDAY, TUESDAY = 0, 1
DEGREE_M = math.radians(1) * 6_371_008.8  # along a meridian, on a sphere
HOME_DEG, RADIUS_M = (48.1771, 11.5562), 1000.0
AREA = Area(*HOME_DEG, RADIUS_M)
ONLINE = pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "vehicle offline"])


def local(car: Car) -> datetime:
    """The vehicle's own time."""
    return car.clock.utc().astimezone(car.service.readings.zone)


def wait_until(car: Car, at: time, weekday: int | None = None) -> None:
    """Let time pass until the vehicle's clock next shows this, on that weekday if one is named."""
    now = local(car)
    then = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    while then <= now or (weekday is not None and then.weekday() != weekday):
        then += timedelta(days=1)
    car.let_pass(then - now)
    assert (local(car).hour, local(car).minute) == (at.hour, at.minute), "the clock was not set"


def north_of_home(metres: float) -> Position:
    """So far from the middle of the area."""
    return Position(HOME_DEG[0] + metres / DEGREE_M, HOME_DEG[1])


@pytest.mark.requirement("DK-RESTR-03")
@pytest.mark.parametrize(
    ("zone", "online"),
    [
        (ZoneInfo("UTC"), True),
        (ZoneInfo("America/New_York"), False),
        (ZoneInfo("Asia/Kolkata"), True),
    ],
    ids=["UTC", "New York, offline", "Kolkata"],
)
def test_a_key_for_nine_to_five_works_in_its_hours_only(
    car: Car, owner: Phone, friend_phone: Phone, zone: tzinfo, online: bool
) -> None:
    car.read_as(replace(car.service.readings, zone=zone))
    car.telematics.online = online
    wait_until(car, time(12, 0))
    sharing.share_activated(
        car, owner, friend_phone, restrictions=Restrictions(hours=(NINE_TO_FIVE,))
    )
    for at, works in (
        (time(8, 59), False),
        (time(9, 1), True),
        (time(16, 59), True),
        (time(17, 1), False),
    ):
        wait_until(car, at)
        assert driving.unlocks(car, friend_phone) is works, f"unlocks at {at:%H:%M}"
        assert driving.starts(car, friend_phone) is works, f"starts at {at:%H:%M}"
        assert driving.unlocks(car, owner), f"the owner at {at:%H:%M}"


@pytest.mark.requirement("DK-RESTR-03")
def test_a_key_never_used_in_its_hours_is_not_taken_in_outside_them(
    car: Car, owner: Phone, friend_phone: Phone
) -> None:
    car.telematics.online = False
    wait_until(car, time(17, 1))
    sharing.share(car, owner, friend_phone, restrictions=Restrictions(hours=(NINE_TO_FIVE,)))
    assert not driving.unlocks(car, friend_phone)
    wait_until(car, time(9, 1))
    assert driving.unlocks(car, friend_phone)


@pytest.mark.requirement("DK-RESTR-03")
def test_hours_that_span_midnight_belong_to_the_day_they_begin_on(
    car: Car, owner: Phone, friend_phone: Phone
) -> None:
    nights = Hours(time(22, 0), time(6, 0), frozenset({MONDAY}))
    sharing.share(car, owner, friend_phone, restrictions=Restrictions(hours=(nights,)))
    for at, weekday, works in (
        (time(5, 59), MONDAY, False),
        (time(22, 1), MONDAY, True),
        (time(5, 59), TUESDAY, True),
        (time(6, 1), TUESDAY, False),
        (time(22, 1), TUESDAY, False),
    ):
        wait_until(car, at, weekday)
        assert driving.unlocks(car, friend_phone) is works, f"{at:%H:%M} on weekday {weekday}"


@pytest.mark.requirement("DK-RESTR-03")
def test_what_the_end_of_the_hours_does_to_a_drive_is_recorded(
    car: Car, owner: Phone, friend_phone: Phone, observe: Observe
) -> None:
    wait_until(car, time(16, 59))
    sharing.share_activated(
        car, owner, friend_phone, restrictions=Restrictions(hours=(NINE_TO_FIVE,))
    )
    assert driving.start(car, friend_phone).accepted
    wait_until(car, time(17, 1))
    observe("drive-ready after the hours have ended", bool(car.drive_ready), ambiguity="AMB-25")
    if car.drive_ready:
        car.press_start_stop()
    assert not car.press_start_stop().accepted, "it starts anew after its hours"


@pytest.mark.requirement("DK-RESTR-04")
@ONLINE
def test_a_key_for_an_area_works_inside_and_not_outside(
    car: Car, owner: Phone, friend_phone: Phone, online: bool
) -> None:
    car.telematics.online = online
    car.drive.position = north_of_home(0)
    sharing.share_activated(car, owner, friend_phone, restrictions=Restrictions(areas=(AREA,)))
    for metres, works in (
        (RADIUS_M - 2, True),
        (RADIUS_M + 2, False),
        (50_000, False),
        (-RADIUS_M + 2, True),
    ):
        car.drive.position = north_of_home(metres)
        assert driving.unlocks(car, friend_phone) is works, f"{metres} m north"
        assert driving.starts(car, friend_phone) is works, f"{metres} m north"
        assert driving.unlocks(car, owner), f"the owner, {metres} m north"


@pytest.mark.requirement("DK-RESTR-04")
def test_what_happens_on_the_border_and_beyond_it_while_driving_is_recorded(
    car: Car, owner: Phone, friend_phone: Phone, observe: Observe
) -> None:
    car.drive.position = north_of_home(RADIUS_M)
    sharing.share(car, owner, friend_phone, restrictions=Restrictions(areas=(AREA,)))
    observe("unlocks on the border", driving.unlocks(car, friend_phone), ambiguity="AMB-25")
    car.drive.position = north_of_home(0)
    sharing.activate(car, friend_phone)
    assert car.press_start_stop().accepted
    car.drive.position = north_of_home(2 * RADIUS_M)
    assert car.drive.outside_area
    observe("drive-ready beyond the border", bool(car.drive_ready), ambiguity="AMB-25")
    observe("speed beyond the border", f"{car.drive.demand_speed(50.0):g} km/h")


@pytest.mark.requirement("DK-RESTR-04")
def test_each_of_several_areas_counts(car: Car, owner: Phone, friend_phone: Phone) -> None:
    far = Area(HOME_DEG[0] + 1, HOME_DEG[1], RADIUS_M)
    sharing.share(car, owner, friend_phone, restrictions=Restrictions(areas=(AREA, far)))
    for metres, works in ((0.0, True), (DEGREE_M / 2, False), (DEGREE_M, True)):
        car.drive.position = north_of_home(metres)
        assert driving.unlocks(car, friend_phone) is works, f"{metres:.0f} m north"


@pytest.mark.requirement("DK-RESTR-07")
def test_hours_and_area_of_one_key_keep_no_other_out(
    car: Car, owner: Phone, friend_phone: Phone, third_phone: Phone
) -> None:
    wait_until(car, time(12, 0))
    tied = Restrictions(hours=(NINE_TO_FIVE,), areas=(AREA,))
    sharing.share(car, owner, friend_phone, restrictions=tied)
    sharing.share(car, owner, third_phone)
    assert all(driving.unlocks(car, each) for each in (friend_phone, third_phone, owner))
    wait_until(car, time(20, 0))
    car.drive.position = north_of_home(50_000)
    for _ in range(2):
        opens = [driving.unlocks(car, each) for each in (friend_phone, third_phone, owner)]
        assert opens == [False, True, True]
