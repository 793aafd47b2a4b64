"""Top speed and volume: limits of the key in use, and of no other."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from drivers.api.sharing import Restrictions
from rig.vehicle.car import Car
from testplans.steps import driving, sharing

SLOW, QUIET = 90, 40  # km/h, percent
FAST, LOUD = 150.0, 80.0
ONLINE = pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "vehicle offline"])


def drive_with(car: Car, holder: Phone) -> None:
    """Drive-ready with this key; its holder's phone may leave the tray then."""
    if car.drive_ready:
        car.press_start_stop()
    assert driving.start(car, holder).accepted, "it does not start"
    assert car.drive_ready
    holder.withdraw()
    car.await_empty("tray")


@pytest.mark.requirement("DK-RESTR-01")
@ONLINE
def test_the_vehicle_goes_no_faster_than_the_key_in_use_allows(
    car: Car, owner: Phone, friend_phone: Phone, online: bool
) -> None:
    car.telematics.online = online
    sharing.share_activated(car, owner, friend_phone, restrictions=Restrictions(top_speed_kmh=SLOW))
    drive_with(car, friend_phone)
    assert car.drive.speed_limit_kmh == SLOW, "the limit is not on the bus"
    assert car.drive.demand_speed(SLOW - 10) == SLOW - 10
    assert car.drive.demand_speed(FAST) == SLOW
    drive_with(car, owner)
    assert car.drive.speed_limit_kmh is None
    assert car.drive.demand_speed(FAST) == FAST


@pytest.mark.requirement("DK-RESTR-02")
@ONLINE
def test_the_radio_is_no_louder_than_the_key_in_use_allows(
    car: Car, owner: Phone, friend_phone: Phone, online: bool
) -> None:
    car.telematics.online = online
    sharing.share_activated(
        car, owner, friend_phone, restrictions=Restrictions(volume_percent=QUIET)
    )
    car.drive.set_volume(LOUD)
    drive_with(car, friend_phone)
    assert car.drive.volume_limit_percent == QUIET
    assert car.drive.volume_percent == QUIET, "what was louder before stays louder"
    assert car.drive.set_volume(QUIET - 10) == QUIET - 10
    assert car.drive.set_volume(LOUD) == QUIET
    drive_with(car, owner)
    assert car.drive.volume_limit_percent is None
    assert car.drive.set_volume(LOUD) == LOUD


@pytest.mark.requirement("DK-RESTR-06")
@ONLINE
def test_a_key_shared_without_restrictions_has_no_limits(
    car: Car, owner: Phone, friend_phone: Phone, online: bool
) -> None:
    car.telematics.online = online
    sharing.share_activated(car, owner, friend_phone, restrictions=Restrictions())
    drive_with(car, friend_phone)
    assert (car.drive.speed_limit_kmh, car.drive.volume_limit_percent) == (None, None)
    assert car.drive.demand_speed(FAST) == FAST
    assert car.drive.set_volume(LOUD) == LOUD
    assert not car.drive.outside_area


@pytest.mark.requirement("DK-RESTR-07")
def test_limits_follow_the_key_in_use(
    car: Car, owner: Phone, friend_phone: Phone, third_phone: Phone
) -> None:
    sharing.share_activated(
        car,
        owner,
        friend_phone,
        restrictions=Restrictions(top_speed_kmh=SLOW, volume_percent=QUIET),
    )
    sharing.share_activated(car, owner, third_phone, restrictions=Restrictions())
    for _ in range(2):
        for holder, speed, volume in (
            (friend_phone, SLOW, QUIET),
            (owner, FAST, LOUD),
            (friend_phone, SLOW, QUIET),
            (third_phone, FAST, LOUD),
        ):
            drive_with(car, holder)
            reached = car.drive.demand_speed(FAST), car.drive.set_volume(LOUD)
            assert reached == (speed, volume), holder.name


@pytest.mark.requirement("DK-RESTR-07")
def test_two_restricted_keys_have_each_its_own_limits(
    car: Car, owner: Phone, friend_phone: Phone, third_phone: Phone
) -> None:
    sharing.share_activated(car, owner, friend_phone, restrictions=Restrictions(top_speed_kmh=SLOW))
    sharing.share_activated(
        car, owner, third_phone, restrictions=Restrictions(top_speed_kmh=SLOW + 20)
    )
    for holder, speed in ((friend_phone, SLOW), (third_phone, SLOW + 20), (friend_phone, SLOW)):
        drive_with(car, holder)
        assert car.drive.demand_speed(FAST) == speed, holder.name
