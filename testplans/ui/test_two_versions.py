"""Screens differ between versions; what they mean, and so every verdict, does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.phone import KeyCard, Phone
from rig.key_server.software_status import SoftwareStatus
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from rig.vehicle.menu_views import Kind
from rig.vehicle.menus import Function
from rig.vehicle.visit import Ending
from testplans.steps import driving, pairing, service_card, sharing
from testplans.steps.vehicle_keys import delete_with_fob, is_deleted, listed, name_of, take_away

VERSIONS = (SoftwareStatus(2024, 7), SoftwareStatus(2025, 7))


def seen_on_both(car: Car, observe: Observe, scenario: Callable[[], object]) -> list[object]:
    """What a scenario comes to on each version; the screens are archived beside the verdict."""
    results: list[object] = []
    shown = []
    for software in VERSIONS:
        with car.recoded(software=software):
            results.append(scenario())
            screens = car.head_unit.history
        shown.append(" > ".join(dict.fromkeys(screen.title for screen in screens)))
        observe(f"screens of {software}", shown[-1])
    assert shown[0] != shown[1], "one version was shown twice"
    return results


@pytest.mark.requirement("DK-UI-01")
def test_activating_listing_and_deleting_a_shared_key_come_to_the_same_on_both_versions(
    car: Car, owner: Phone, friend_phone: Phone, observe: Observe
) -> None:
    def scenario() -> object:
        sharing.share(car, owner, friend_phone)
        driving.place(car, friend_phone)
        popup, name = car.head_unit.popup, name_of(car, friend_phone)
        activated = car.head_unit.perform(Function.ACTIVATE_SHARED_KEY, name).kind
        take_away(car, friend_phone)
        starts, state = driving.starts(car, friend_phone), listed(car)[name]
        assert not is_deleted(car, name)  # nothing inside that may
        refused = car.head_unit.view.kind
        delete_with_fob(car, name)
        gone = name not in listed(car) and not driving.unlocks(car, friend_phone)
        friend_phone.wallet.listed()
        return popup, activated, starts, state, refused, gone

    first, second = seen_on_both(car, observe, scenario)
    assert first == second
    assert first == (
        Function.ACTIVATE_SHARED_KEY,
        Kind.DONE,
        True,
        "active",
        Kind.REFUSED,
        True,
    )


@pytest.mark.requirement("DK-UI-01", "DK-SVC-03", "DK-SVC-04")
@pytest.mark.usefixtures("key_server")  # the vehicle as delivered
def test_switching_the_service_card_comes_to_the_same_on_both_versions(
    car: Car, key_card: KeyCard, observe: Observe
) -> None:
    def scenario() -> object:
        states: list[object] = []
        for function in (Function.ACTIVATE_CARD, Function.DEACTIVATE_CARD):
            states.append(service_card.switch(car, key_card, function))
            states.append(driving.unlocks(car, key_card))
        return states

    first, second = seen_on_both(car, observe, scenario)
    assert first == second == ["active", True, "inactive", False]


@pytest.mark.requirement("DK-UI-01")
def test_adding_a_key_comes_to_the_same_on_both_versions(
    car: Car, owner_phone: Phone, account: str, observe: Observe
) -> None:
    def scenario() -> object:
        visit = pairing.pair(car, owner_phone, account)
        works = driving.unlocks(car, owner_phone), driving.starts(car, owner_phone)
        return visit.ending, listed(car)[name_of(car, owner_phone)], works

    first, second = seen_on_both(car, observe, scenario)
    assert first == second == (Ending.PAIRED, "active", (True, True))
