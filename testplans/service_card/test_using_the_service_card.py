"""What the service card does while it is on, and that it does nothing while it is off."""

from __future__ import annotations

import pytest

from drivers.api.phone import KeyCard, KeyHolder, Phone
from drivers.api.stage import Stage
from rig.key_server.vehicles import Artefact
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from rig.vehicle.visit import Ending
from testplans.steps import driving, service_card, vehicle_keys, walking


@pytest.mark.requirement("DK-SVC-05")
@pytest.mark.parametrize("used_before", [False, True], ids=["as delivered", "after its use"])
def test_a_deactivated_card_neither_unlocks_nor_starts(
    car: Car, key_card: KeyCard, used_before: bool
) -> None:
    if used_before:
        with service_card.in_use(car, key_card):
            assert driving.unlocks(car, key_card)
    car.lock_all()
    assert driving.tap(car, key_card).refused
    assert car.locked
    assert driving.place(car, key_card).refused
    assert not car.press_start_stop().accepted
    assert not car.press_trunk_button().accepted
    assert not car.drive_ready


@pytest.mark.requirement("DK-SVC-06")
def test_an_active_card_unlocks_starts_and_locks(
    car: Car, key_card: KeyCard, observe: Observe
) -> None:
    with service_card.in_use(car, key_card):
        assert day(car, key_card) == A_DAY
        driving.start(car, key_card)
        for what, reached in (
            ("km/h at full demand", car.drive.demand_speed(240)),
            ("volume in % at full demand", car.drive.set_volume(100)),
            ("may delete keys in the menu as", car.cabin.authority()),
        ):
            observe(f"limits of access: {what}", reached, ambiguity="AMB-33")
        car.press_start_stop()
        trunk = car.press_trunk_button().accepted
        observe("limits of access: opens the trunk", trunk, ambiguity="AMB-33")
        car.shut("trunk")


@pytest.mark.requirement("DK-SVC-07")
def test_after_a_temporary_use_the_list_of_keys_shows_the_card_deactivated(
    car: Car, key_card: KeyCard
) -> None:
    name = service_card.place(car, key_card)
    service_card.take(car, key_card)
    assert vehicle_keys.listed(car)[name] == "inactive"
    with service_card.in_use(car, key_card):
        assert vehicle_keys.listed(car)[name] == "active"
        assert day(car, key_card) == A_DAY
    assert vehicle_keys.listed(car)[name] == "inactive"
    assert not car.interior.service_card.active


@pytest.mark.requirement("DK-SVC-08")
def test_a_deactivated_card_inside_makes_no_difference_to_a_day_with_the_phone(
    car: Car, owner: Phone
) -> None:
    assert day(car, owner) == A_DAY
    car.cabin.put(Artefact.SERVICE_CARD)
    assert day(car, owner) == A_DAY


@pytest.mark.requirement("DK-SVC-08")
@pytest.mark.usefixtures("passive")
def test_nor_to_a_day_on_which_the_phone_stays_in_the_pocket(
    car: Car, owner: Phone, stage: Stage
) -> None:
    without = pocket_day(car, stage, owner)
    car.cabin.put(Artefact.SERVICE_CARD)
    assert pocket_day(car, stage, owner) == without == [True, True, True]


def pocket_day(car: Car, stage: Stage, holder: KeyHolder) -> list[bool]:
    """Walk up, start and stop from the seat, walk away: whether each did what it should."""
    walking.approach(car, stage, holder, walking.towards("driver", walking.WALK_MPS))
    unlocked = bool(car.unlocked)
    stage.place(holder, walking.DRIVERS_SEAT)
    car.clock.sleep(walking.SETTLE_S)
    started = car.press_start_stop().accepted
    if started:
        car.press_start_stop()
    walking.leave(car, stage, holder, walking.away_from("driver", walking.WALK_MPS))
    locked = bool(car.locked)
    walking.go_away(car, stage, holder)
    return [unlocked, started, locked]


A_DAY = [Ending.UNLOCKED, Ending.START_AUTHORISED, True, Ending.LOCKED]


def day(car: Car, holder: KeyHolder) -> list[Ending | bool]:
    """Unlock, start and stop, lock: how each ended."""
    car.lock_all()
    unlocked, placed = driving.tap(car, holder).ending, driving.place(car, holder).ending
    started = car.press_start_stop().accepted
    if started:
        car.press_start_stop()
    return [unlocked, placed, started, driving.tap(car, holder).ending]
