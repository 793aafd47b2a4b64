"""Driving under the restrictions of the key in use, driver profiles, valet mode."""

from __future__ import annotations

import math

import pytest

from drivers.api.clock import SystemClock
from drivers.api.errors import ActionRefused
from drivers.api.sharing import Area, Restrictions
from rig.vehicle.drive import HOME, Drive, Position, distance_m, is_inside
from rig.vehicle.driver_profiles import GUEST, DriverProfiles, SecondDevice
from rig.vehicle.keyring import KeyState
from rig.vehicle.service_card import ServiceCard
from tests.rig.vehicle.periphery import Periphery, keyring

SLOW_AND_QUIET = Restrictions(top_speed_kmh=90, volume_percent=40)


def ready() -> Drive:
    return Drive(lambda: True)


def test_a_restricted_key_limits_speed_and_volume() -> None:
    drive = ready()
    drive.use("friend", SLOW_AND_QUIET)
    assert (drive.speed_limit_kmh, drive.volume_limit_percent) == (90, 40)
    assert drive.demand_speed(89) == 89
    assert drive.demand_speed(130) == 90
    assert drive.set_volume(75) == 40


def test_limits_follow_the_key_in_use() -> None:
    drive = ready()
    for _ in range(2):
        drive.use("friend", SLOW_AND_QUIET)
        assert drive.demand_speed(130) == 90
        drive.use("owner")
        assert drive.driver == "owner"
        assert drive.speed_limit_kmh is None
        assert drive.demand_speed(130) == 130
        assert drive.set_volume(75) == 75
        drive.use("other friend", Restrictions(volume_percent=10))
        assert drive.demand_speed(130) == 130
        assert drive.volume_percent == 10


def test_a_volume_limit_of_nothing_is_silence() -> None:
    drive = ready()
    drive.use("friend", Restrictions(volume_percent=0))
    assert drive.set_volume(50) == 0


def test_no_vehicle_goes_faster_than_it_can() -> None:
    drive = ready()
    drive.use("friend", Restrictions(top_speed_kmh=999))
    assert drive.demand_speed(900) == 240


def test_it_moves_in_drive_ready_only() -> None:
    state = [False]
    drive = Drive(lambda: state[0])
    drive.use("owner")
    assert drive.demand_speed(50) == 0
    state[0] = True
    assert drive.speed_kmh == 50
    drive.use("friend", SLOW_AND_QUIET)
    assert drive.speed_kmh == 0


@pytest.mark.parametrize("value", [-1, math.inf, math.nan])
def test_a_demand_must_be_a_speed(value: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        ready().demand_speed(value)


# Published great-circle distances, in km, to a tenth of a percent.
@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        pytest.param(Position(0, 0), Position(0, 1), 111.195, id="a degree at the equator"),
        pytest.param(Position(0, 0), Position(90, 77), 10007.543, id="equator to pole"),
        pytest.param(Position(0, 179.5), Position(0, -179.5), 111.195, id="over the date line"),
        pytest.param(Position(60, 0), Position(60, 1), 55.595, id="a degree at sixty north"),
        pytest.param(HOME, HOME, 0.0, id="nowhere"),
    ],
)
def test_distances_are_along_the_great_circle(one: Position, other: Position, km: float) -> None:
    assert distance_m(one, other) / 1000 == pytest.approx(km, rel=1e-3)
    assert distance_m(other, one) == pytest.approx(distance_m(one, other))


def test_an_area_contains_its_border_and_nothing_beyond() -> None:
    there = Position(0, 0.01)
    radius_m = distance_m(Position(0, 0), there)
    assert is_inside(there, [Area(0, 0, radius_m)])
    assert not is_inside(there, [Area(0, 0, radius_m - 0.01)])
    assert is_inside(there, [Area(50, 50, 10), Area(0, 0.01, 1)])
    assert is_inside(there, [])


def test_outside_its_areas_a_key_is_told_of_and_goes_on() -> None:
    drive = ready()
    drive.use("friend", Restrictions(areas=(Area(HOME.latitude_deg, HOME.longitude_deg, 1000),)))
    assert not drive.outside_area
    drive.position = Position(HOME.latitude_deg + 1, HOME.longitude_deg)
    assert drive.outside_area
    assert drive.demand_speed(50) == 50


def test_a_place_must_be_on_the_map() -> None:
    with pytest.raises(ValueError, match="place"):
        Position(91, 0)


def profiles(rule: SecondDevice = SecondDevice.REFUSED) -> DriverProfiles:
    return DriverProfiles(SystemClock(), lambda: ("owner", "friend", "first_fob"), rule)


def test_a_key_loads_the_profile_it_is_linked_to() -> None:
    known = profiles()
    known.link("owner", "Driver 1")
    known.link("first_fob", "Driver 2")
    assert known.active == GUEST
    for key, profile in (("owner", "Driver 1"), ("first_fob", "Driver 2"), ("owner", "Driver 1")):
        before = known.loaded_ns
        assert known.used(key) == known.active == profile
        assert known.loaded_ns > before


def test_a_key_with_no_profile_changes_nothing() -> None:
    known = profiles()
    known.activate("Driver 2")
    assert known.used("friend") == "Driver 2"


@pytest.mark.parametrize("rule", SecondDevice)
def test_a_profile_is_never_linked_to_two_keys(rule: SecondDevice) -> None:
    known = profiles(rule)
    known.link("owner", "Driver 1")
    if rule is SecondDevice.REFUSED:
        with pytest.raises(ActionRefused, match="owner"):
            known.link("friend", "Driver 1")
    else:
        assert known.link("friend", "Driver 1").replaced == "owner"
    linked = [key for key in known.linkable() if known.profile_of(key) == "Driver 1"]
    assert linked == (["owner"] if rule is SecondDevice.REFUSED else ["friend"])


def test_linking_again_moves_the_key_and_takes_nothing_from_others() -> None:
    known = profiles()
    known.link("owner", "Driver 1")
    assert known.link("owner", "Driver 1").replaced == ""
    known.link("owner", "Driver 2")
    assert known.link("friend", "Driver 1").replaced == ""
    known.forget("owner")
    assert known.profile_of("owner") is None


@pytest.mark.parametrize(("key", "profile"), [("owner", GUEST), ("owner", "x"), ("x", "Driver 1")])
def test_only_known_keys_and_profiles_are_linked(key: str, profile: str) -> None:
    with pytest.raises(ActionRefused):
        profiles().link(key, profile)


def test_valet_mode_is_the_same_with_and_without_digital_keys() -> None:
    seen = []
    for variant in ("digital_key_plus", ""):
        vehicle = Periphery()
        vehicle.variant = variant
        vehicle.head_unit.reset()
        states = [vehicle.valet.on]
        for function in ("valet_on", "valet_on", "valet_off"):
            vehicle.head_unit.perform(function)
            states.append(vehicle.valet.on)
        seen.append(states)
    assert seen == [[False, True, True, False]] * 2


def test_only_a_card_that_lies_in_the_tray_is_switched() -> None:
    keys, tray = keyring(), [""]
    card = ServiceCard(keys, lambda: tray[0])
    for name in ("", "owner", "nobody"):
        tray[0] = name
        assert card.in_tray is None
        with pytest.raises(ActionRefused):
            card.activate()
    tray[0] = "card"
    for _ in range(50):
        assert card.activate() == "card"
        assert keys.named("card").state is KeyState.ACTIVE
        assert card.active == ("card",)
        assert card.deactivate() == "card"
        assert not len(card.active)


def test_a_card_that_has_ended_is_no_card_any_more() -> None:
    keys = keyring()
    keys.named("card").state = KeyState.DELETED
    card = ServiceCard(keys, lambda: "card")
    with pytest.raises(ActionRefused):
        card.activate()
    assert keys.named("card").state is KeyState.DELETED
