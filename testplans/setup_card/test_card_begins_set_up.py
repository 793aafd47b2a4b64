"""A setup card held to the back of the owner's phone begins the set-up."""

from __future__ import annotations

import pytest

from drivers.api.maker_app import AppAction, AppState, Installed
from drivers.api.phone import Phone, SetupCard
from rig.key_server.contract import KeyServer
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import pairing

PHONES = {"ios": "owner_phone", "pixel": "friend_phone", "samsung": "third_phone"}
LACKING = {
    AppState.MISSING: Installed.MISSING,
    AppState.UPDATE_NEEDED: Installed.OUTDATED,
    AppState.SIGNED_OUT: Installed.CURRENT,
}
"""What the app shows where the card may not begin, and how it is installed then."""


@pytest.mark.requirement("DK-SCARD-01")
@pytest.mark.parametrize("lacking", LACKING)
def test_without_the_app_installed_and_logged_in_the_card_begins_nothing(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str, lacking: AppState
) -> None:
    owner_phone.app.sign_in(None if lacking is AppState.SIGNED_OUT else account)
    owner_phone.app.install(LACKING[lacking])
    view = pairing.hold_card(owner_phone, setup_card)
    assert view.state is lacking
    assert AppAction.CONTINUE not in view.actions
    owner_phone.app.install(Installed.CURRENT)
    owner_phone.app.sign_in(account)
    assert pairing.hold_card(owner_phone, setup_card).state is AppState.ENTER_VEHICLE
    assert car.pairing.pairing is None, "the card alone opens no pairing"


@pytest.mark.requirement("DK-SCARD-01")
def test_the_card_of_a_vehicle_that_is_in_another_account_begins_nothing(
    owner_phone: Phone, setup_card: SetupCard, account: str, key_server: KeyServer
) -> None:
    owner_phone.app.sign_in(key_server.accounts.open("somebody.else@example.invalid"))
    view = pairing.hold_card(owner_phone, setup_card)
    assert view.state is not AppState.ENTER_VEHICLE
    assert AppAction.CONTINUE not in view.actions
    owner_phone.app.sign_in(account)
    assert pairing.hold_card(owner_phone, setup_card).state is AppState.ENTER_VEHICLE


@pytest.mark.requirement("DK-SCARD-02")
@pytest.mark.parametrize("name", PHONES.values(), ids=PHONES)
def test_the_card_at_the_back_of_the_phone_opens_the_set_up(
    setup_card: SetupCard, account: str, measure: Measure, name: str, request: pytest.FixtureRequest
) -> None:
    phone: Phone = request.getfixturevalue(name)
    phone.app.sign_in(account)
    assert phone.app.open().state is AppState.VEHICLE
    with measure("card_contact_to_flow_visible", unit="ms").once() as sample:
        car: Car = request.getfixturevalue("car")
        begin_ns = car.clock.now_ns()
        view = pairing.hold_card(phone, setup_card)
        sample.takes((car.clock.now_ns() - begin_ns) / 1e6)
    assert view.state is AppState.ENTER_VEHICLE
    assert AppAction.CONTINUE in view.actions


@pytest.mark.requirement("DK-SCARD-03")
@pytest.mark.parametrize("name", PHONES.values(), ids=PHONES)
def test_where_the_card_is_not_read_its_qr_code_opens_the_same_set_up(
    setup_card: SetupCard, account: str, name: str, request: pytest.FixtureRequest
) -> None:
    phone: Phone = request.getfixturevalue(name)
    phone.app.sign_in(account)
    by_contact = pairing.hold_card(phone, setup_card)
    phone.app.kill()
    assert phone.app.open().state is AppState.VEHICLE, "what the card began has ended"
    assert phone.app.scan(setup_card.qr_code) == by_contact
    assert by_contact.state is AppState.ENTER_VEHICLE


@pytest.mark.requirement("DK-SCARD-03")
def test_a_set_up_by_qr_code_ends_with_the_main_key(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str
) -> None:
    pairing.enter_with_fob(car)
    owner_phone.app.sign_in(account)
    owner_phone.app.scan(setup_card.qr_code)
    pairing.confirm_inside(owner_phone)
    pairing.store_in_wallet(owner_phone)
    pairing.finish(car, owner_phone)
    assert pairing.has_main_key(car, owner_phone)
