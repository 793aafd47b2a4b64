"""Creating the main key in the maker's app."""

from __future__ import annotations

import pytest

from drivers.api.maker_app import AppAction, AppState
from drivers.api.phone import Phone
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving, pairing

PHONES = {"ios": "owner_phone", "pixel": "friend_phone", "samsung": "third_phone"}


@pytest.mark.requirement("DK-SETUP-06", "DK-SETUP-09", "DK-SCARD-08")
def test_start_pairing_ends_with_the_main_key_on_the_phone(
    car: Car, owner_phone: Phone, account: str
) -> None:
    """A pairing to follow from START PAIRING to the first drive."""
    visit = pairing.pair(car, owner_phone, account)
    assert [key.role for key in owner_phone.wallet.listed()] == ["owner"], visit.explanation
    assert pairing.roles_listed(car) == ["owner"]
    assert driving.unlocks(car, owner_phone)
    assert driving.starts(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-06")
def test_from_start_pairing_to_the_main_key_takes_its_time(
    car: Car, owner_phone: Phone, account: str, measure: Measure
) -> None:
    with measure("start_pairing_to_key_ready", unit="ms").once() as sample:
        pairing.ready_to_pair(car, owner_phone, account)
        begin_ns = car.clock.now_ns()
        owner_phone.app.press(AppAction.START_PAIRING)
        pairing.store_in_wallet(owner_phone)
        visit = driving.place(car, owner_phone)
        sample.takes(pairing.paired_ms(begin_ns, visit))
    assert owner_phone.app.open().state is AppState.DONE
    assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-09")
def test_placed_in_the_tray_that_asks_for_it_the_phone_is_paired(
    car: Car, owner_phone: Phone, account: str, measure: Measure
) -> None:
    with measure("placement_to_paired", unit="ms").once() as sample:
        asked = pairing.begin_pairing(car, owner_phone, account)
        assert asked.state is AppState.PLACE_IN_TRAY
        assert not pairing.has_main_key(car, owner_phone), "nothing is made before it is placed"
        visit = driving.place(car, owner_phone)
        sample.takes(pairing.paired_ms(visit.timeline.marks["presence"], visit))
    assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-09")
def test_at_the_handle_nothing_is_paired(car: Car, owner_phone: Phone, account: str) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    assert driving.tap(car, owner_phone).refused
    assert not pairing.has_main_key(car, owner_phone)
    pairing.finish(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-10")
@pytest.mark.parametrize("name", PHONES.values(), ids=PHONES)
def test_following_the_prompts_of_the_platform_adds_the_key_to_its_wallet(
    car: Car, account: str, name: str, request: pytest.FixtureRequest
) -> None:
    phone: Phone = request.getfixturevalue(name)
    assert phone.wallet.listed() == ()
    pairing.pair(car, phone, account)
    (key,) = phone.wallet.listed()
    assert (key.vehicle, key.role, key.state) == (car.keyring.identifier, "owner", "ready")
    assert pairing.has_main_key(car, phone)


@pytest.mark.requirement("DK-SETUP-10")
@pytest.mark.parametrize("name", PHONES.values(), ids=PHONES)
def test_without_leave_to_store_it_no_key_is_made(
    car: Car, account: str, name: str, request: pytest.FixtureRequest
) -> None:
    phone: Phone = request.getfixturevalue(name)
    pairing.ready_to_pair(car, phone, account)
    phone.app.press(AppAction.START_PAIRING)
    assert phone.app.press(AppAction.DENY).state is AppState.STOPPED
    assert driving.place(car, phone).refused
    assert not pairing.has_main_key(car, phone)
