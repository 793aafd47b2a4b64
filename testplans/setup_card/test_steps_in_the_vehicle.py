"""After the card: the fob inside, the owner inside, and leave to store the key."""

from __future__ import annotations

import pytest

from drivers.api.maker_app import AppAction, AppState
from drivers.api.phone import Phone, SetupCard
from rig.key_server.vehicles import Artefact
from rig.measure.outcomes import NotApplicable
from rig.vehicle.car import Car
from testplans.steps import driving, pairing

ANDROID = {"pixel": "friend_phone", "samsung": "third_phone"}


def begin(phone: Phone, card: SetupCard, account: str) -> None:
    """Sign in, and have the card begin the set-up."""
    phone.app.sign_in(account)
    assert pairing.hold_card(phone, card).state is AppState.ENTER_VEHICLE


@pytest.mark.requirement("DK-SCARD-04")
@pytest.mark.parametrize(
    "inside", [(), (Artefact.SETUP_CARD,)], ids=["nothing inside", "setup card inside"]
)
def test_without_the_fob_in_the_vehicle_the_set_up_does_not_go_on(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str, inside: tuple[Artefact, ...]
) -> None:
    begin(owner_phone, setup_card, account)
    for thing in inside:
        car.cabin.put(thing)
    blocked = owner_phone.app.press(AppAction.CONTINUE)
    assert blocked.state is AppState.ENTER_VEHICLE
    assert AppAction.CONFIRM not in blocked.actions
    pairing.enter_with_fob(car)
    view = owner_phone.app.press(AppAction.CONTINUE)
    assert view.state is AppState.CONFIRM_INSIDE


@pytest.mark.requirement("DK-SCARD-05")
def test_confirming_to_be_inside_goes_on(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str
) -> None:
    pairing.enter_with_fob(car)
    begin(owner_phone, setup_card, account)
    asked = owner_phone.app.press(AppAction.CONTINUE)
    assert asked.state is AppState.CONFIRM_INSIDE
    assert {AppAction.CONFIRM, AppAction.DECLINE} <= set(asked.actions)
    assert owner_phone.app.press(AppAction.CONFIRM).state is AppState.ASK_WALLET


@pytest.mark.requirement("DK-SCARD-05")
def test_declining_to_be_inside_stops_and_leaves_no_key(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str
) -> None:
    pairing.enter_with_fob(car)
    begin(owner_phone, setup_card, account)
    owner_phone.app.press(AppAction.CONTINUE)
    assert owner_phone.app.press(AppAction.DECLINE).state is AppState.STOPPED
    assert driving.place(car, owner_phone).refused
    assert not pairing.has_main_key(car, owner_phone)
    owner_phone.withdraw()
    assert owner_phone.app.open().state is AppState.VEHICLE
    begin(owner_phone, setup_card, account)


@pytest.mark.requirement("DK-SCARD-06")
@pytest.mark.parametrize("name", ["owner_phone", *ANDROID.values()], ids=["ios", *ANDROID])
def test_the_key_is_in_the_wallet_after_leave_was_given_and_not_after_it_was_denied(
    car: Car, setup_card: SetupCard, account: str, name: str, request: pytest.FixtureRequest
) -> None:
    phone: Phone = request.getfixturevalue(name)
    asked = pairing.ask_for_the_wallet(car, phone, setup_card, account)
    assert {AppAction.ALLOW, AppAction.DENY} <= set(asked.actions)
    assert phone.app.press(AppAction.DENY).state is AppState.STOPPED
    assert driving.place(car, phone).refused
    assert not pairing.has_main_key(car, phone)
    phone.withdraw()
    car.await_empty("tray")
    pairing.pair_by_card(car, phone, setup_card, account)
    assert pairing.has_main_key(car, phone)


@pytest.mark.requirement("DK-SCARD-07")
@pytest.mark.parametrize("name", ANDROID.values(), ids=ANDROID)
def test_without_direct_storage_the_key_is_added_as_a_payment_card_is(
    car: Car, setup_card: SetupCard, account: str, name: str, request: pytest.FixtureRequest
) -> None:
    phone: Phone = request.getfixturevalue(name)
    pairing.ask_for_the_wallet(car, phone, setup_card, account)
    view = phone.app.press(AppAction.ALLOW)
    if view.state is not AppState.ADD_AS_CARD:
        raise NotApplicable(f"this {phone.platform} phone stores the key directly")
    assert driving.place(car, phone).refused, "not before it was added"
    assert not pairing.has_main_key(car, phone)
    phone.withdraw()
    assert phone.app.press(AppAction.ADD_CARD).state is AppState.PLACE_IN_TRAY
    pairing.finish(car, phone)
    assert pairing.has_main_key(car, phone)
    assert driving.unlocks(car, phone)
