"""The service card is switched on and off in the tray, by pop-up and by menu."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import KeyCard
from rig.key_server.software_status import SoftwareStatus
from rig.measure.limits import Count
from rig.measure.recorder import Measure
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from rig.vehicle.menus import Function
from rig.vehicle.visit import Ending
from testplans.steps import driving, service_card, vehicle_keys

VERSIONS = pytest.mark.parametrize(
    "software", [SoftwareStatus(2024, 7), SoftwareStatus(2025, 7)], ids=str
)


@pytest.mark.requirement("DK-SVC-01")
@VERSIONS
def test_placing_the_deactivated_card_in_the_tray_offers_its_activation(
    car: Car, key_card: KeyCard, measure: Measure, software: SoftwareStatus
) -> None:
    with car.recoded(software=software):
        car.body.set_power(Power.ACCESSORY)
        assert car.head_unit.popup is None
        with measure("placement_to_popup", unit="ms").once() as sample:
            visit = driving.place(car, key_card)
            assert car.head_unit.popup is Function.ACTIVATE_CARD
            shown_ns = car.clock.now_ns()
            sample.takes((shown_ns - visit.timeline.marks["presence"]) / 1e6)
        service_card.take(car, key_card)
        assert car.head_unit.popup is None


@pytest.mark.requirement("DK-SVC-02")
@VERSIONS
def test_the_popup_activates_the_card_for_handle_and_tray(
    car: Car, key_card: KeyCard, software: SoftwareStatus
) -> None:
    with car.recoded(software=software):
        name = service_card.place(car, key_card)
        assert car.head_unit.popup is Function.ACTIVATE_CARD
        car.head_unit.confirm()
        assert vehicle_keys.listed(car)[name] == "active"
        service_card.take(car, key_card)
        assert driving.unlocks(car, key_card)
        assert driving.starts(car, key_card)
        assert service_card.switch(car, key_card, Function.DEACTIVATE_CARD) == "inactive"


@pytest.mark.requirement("DK-SVC-02")
def test_a_popup_that_is_dismissed_activates_nothing(car: Car, key_card: KeyCard) -> None:
    name = service_card.place(car, key_card)
    car.head_unit.cancel()
    assert car.head_unit.popup is None
    assert vehicle_keys.listed(car)[name] == "inactive"
    assert not driving.unlocks(car, key_card)


@pytest.mark.requirement("DK-SVC-03", "DK-SVC-04")
@VERSIONS
def test_the_keys_menu_activates_and_deactivates_the_card_in_the_tray(
    car: Car, key_card: KeyCard, software: SoftwareStatus
) -> None:
    with car.recoded(software=software):
        name = service_card.place(car, key_card)
        car.head_unit.cancel()
        car.head_unit.perform(Function.ACTIVATE_CARD)
        assert vehicle_keys.listed(car)[name] == "active"
        service_card.take(car, key_card)
        assert driving.unlocks(car, key_card)
        service_card.place(car, key_card)
        assert car.head_unit.popup is None  # it is on already
        car.head_unit.perform(Function.DEACTIVATE_CARD)
        assert vehicle_keys.listed(car)[name] == "inactive"
        service_card.take(car, key_card)
        assert not driving.unlocks(car, key_card)


@pytest.mark.requirement("DK-SVC-03", "DK-SVC-04")
def test_without_the_card_in_the_tray_the_keys_menu_switches_nothing(
    car: Car, key_card: KeyCard
) -> None:
    with pytest.raises(ActionRefused):
        car.head_unit.perform(Function.ACTIVATE_CARD)
    assert not driving.unlocks(car, key_card)
    with service_card.in_use(car, key_card):
        with pytest.raises(ActionRefused):
            car.head_unit.perform(Function.DEACTIVATE_CARD)
        assert driving.unlocks(car, key_card)


@pytest.mark.requirement("DK-SVC-09")
def test_the_card_follows_the_last_of_many_switches(
    car: Car, key_card: KeyCard, count: Count
) -> None:
    """50 times on and off, unless the plan says otherwise; the handle is asked each time."""
    in_turn = {False: Ending.UNLOCKED, True: Ending.LOCKED}  # by whether it was unlocked before
    for cycle in range(count("service_card_toggles", 50)):
        for function in (Function.ACTIVATE_CARD, Function.DEACTIVATE_CARD):
            driving.place(car, key_card)
            car.head_unit.perform(function)
            works = function is Function.ACTIVATE_CARD
            expected = in_turn[bool(car.unlocked)] if works else Ending.REFUSED
            ending = driving.tap(car, key_card).ending
            assert ending is expected, f"cycle {cycle + 1}: {function}"
