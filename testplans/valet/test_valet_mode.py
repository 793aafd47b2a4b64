"""Valet mode: it works whatever digital keys there are, and with the key card or a fob."""

from __future__ import annotations

from contextlib import suppress

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import KeyCard, KeyHolder, Phone
from rig.key_server.software_status import SoftwareStatus
from rig.vehicle.car import Car
from rig.vehicle.menu_views import Kind
from rig.vehicle.menus import Function
from testplans.steps import driving, pairing, service_card


def handed_over_and_back(car: Car) -> list[tuple[Kind, bool, bool, bool]]:
    """Valet mode on and off again: what is shown, whether it is on, what a fob does meanwhile."""
    seen = []
    for function in (Function.VALET_ON, Function.VALET_OFF):
        with suppress(ActionRefused):  # then that is what is shown
            car.head_unit.perform(function)
        shown = car.head_unit.view.kind
        car.press_fob(unlock=True)
        unlocked = bool(car.unlocked)
        car.press_fob(unlock=False)
        seen.append((shown, car.interior.valet.on, unlocked, bool(car.locked)))
    return seen


@pytest.mark.requirement("DK-VALET-01")
@pytest.mark.parametrize("software", [SoftwareStatus(2024, 7), SoftwareStatus(2025, 7)], ids=str)
def test_valet_mode_is_the_same_with_and_without_digital_keys(
    car: Car, owner_phone: Phone, account: str, software: SoftwareStatus
) -> None:
    with car.recoded(software=software):
        without = handed_over_and_back(car)
        pairing.pair(car, owner_phone, account)
        assert handed_over_and_back(car) == without
        assert without == [(Kind.DONE, True, True, True), (Kind.DONE, False, True, True)]


@pytest.mark.requirement("DK-VALET-01")
def test_a_digital_key_is_the_same_with_and_without_valet_mode(car: Car, owner: Phone) -> None:
    without = driving.unlocks(car, owner), driving.starts(car, owner)
    car.head_unit.perform(Function.VALET_ON)
    assert (driving.unlocks(car, owner), driving.starts(car, owner)) == without == (True, True)
    assert car.interior.valet.on


def operated(car: Car, holder: KeyHolder) -> bool:
    """Unlocked, started and locked with this."""
    unlocked, started = driving.unlocks(car, holder), driving.starts(car, holder)
    car.unlock_all()
    driving.tap(car, holder)
    return unlocked and started and bool(car.locked)


@pytest.mark.requirement("DK-VALET-02", "DK-SVC-06")
def test_a_valet_operates_the_vehicle_with_the_key_card_while_the_phone_is_away(
    car: Car, owner: Phone, key_card: KeyCard
) -> None:
    owner.withdraw()
    with service_card.in_use(car, key_card):
        car.head_unit.perform(Function.VALET_ON)
        assert operated(car, key_card)
        assert car.interior.valet.on
        car.head_unit.perform(Function.VALET_OFF)


@pytest.mark.requirement("DK-VALET-02")
def test_a_valet_unlocks_and_locks_with_the_fob_while_the_phone_is_away(
    car: Car, owner: Phone
) -> None:
    owner.withdraw()
    car.head_unit.perform(Function.VALET_ON)
    car.press_fob(unlock=True)
    assert car.unlocked
    car.press_fob(unlock=False)
    assert car.locked
    assert car.interior.valet.on
