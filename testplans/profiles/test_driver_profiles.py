"""Driver profiles: a key loads its own, and a profile has one key."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from rig.measure.observations import Observe
from rig.measure.recorder import Measure
from rig.vehicle.cabin import FOBS
from rig.vehicle.car import Car
from rig.vehicle.driver_profiles import SecondDevice
from rig.vehicle.menus import Function
from testplans.steps import driving
from testplans.steps.vehicle_keys import name_of

PHONE_KEY, FRIEND_KEY = "owner_phone", "friend_phone"  # as the bench's keyring names them


def link(car: Car, key: str, profile: str) -> None:
    """Link a key to a profile in the menu."""
    car.head_unit.perform(Function.LINK_PROFILE, key, profile)


@pytest.mark.requirement("DK-PROF-01")
def test_unlocking_with_the_linked_key_loads_its_profile_as_a_fob_does(
    car: Car, phone: Phone, measure: Measure
) -> None:
    own, other = car.profiles.names
    link(car, PHONE_KEY, own)
    link(car, FOBS[0], other)
    car.press_fob(unlock=True)
    assert car.profiles.active == other
    car.lock_all()
    with measure("unlock_to_profile", unit="ms").once() as sample:
        visit = driving.tap(car, phone)
        assert car.unlocked
        assert car.profiles.active == own
        sample.takes((car.profiles.loaded_ns - visit.timeline.marks["feedback"]) / 1e6)


@pytest.mark.requirement("DK-PROF-01")
def test_a_key_that_is_paired_and_linked_loads_its_profile_for_the_start_as_well(
    car: Car, owner: Phone
) -> None:
    own, other = car.profiles.names
    link(car, name_of(car, owner), own)
    car.profiles.activate(other)
    assert driving.starts(car, owner)
    assert car.profiles.active == own


@pytest.mark.requirement("DK-PROF-02")
@pytest.mark.parametrize("rule", list(SecondDevice))
def test_a_profile_has_one_device_and_the_rule_for_a_second_is_recorded(
    car: Car,
    phone: Phone,
    friend_phone: Phone,
    observe: Observe,
    monkeypatch: pytest.MonkeyPatch,
    rule: SecondDevice,
) -> None:
    monkeypatch.setattr(car.profiles, "rule", rule)
    profile, other = car.profiles.names
    link(car, PHONE_KEY, profile)
    try:
        link(car, FRIEND_KEY, profile)
        applied = "the second device takes the profile over"
    except ActionRefused:
        applied = "the second device is refused"
    loading = []
    for holder, name in ((phone, PHONE_KEY), (friend_phone, FRIEND_KEY)):
        car.profiles.activate(other)
        assert driving.unlocks(car, holder)
        if car.profiles.active == profile:
            loading.append(name)
    observe("a second device for one profile", f"{applied}: {loading} loads it", ambiguity="AMB-32")
    assert len(loading) == 1


@pytest.mark.requirement("DK-PROF-03")
def test_two_keys_with_profiles_of_their_own_load_each_their_own_in_turn(
    car: Car, phone: Phone, friend_phone: Phone
) -> None:
    own, other = car.profiles.names
    link(car, PHONE_KEY, own)
    link(car, FRIEND_KEY, other)
    for _ in range(2):
        assert driving.unlocks(car, phone)
        assert car.profiles.active == own
        assert driving.unlocks(car, friend_phone)
        assert car.profiles.active == other
