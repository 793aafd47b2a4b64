"""Activation by the vehicle's own menu: add a key, with the app or the token of the e-mail."""

from __future__ import annotations

import pytest

from drivers.api.maker_app import AppState
from drivers.api.phone import Phone
from rig.key_server.contract import KeyServer
from rig.key_server.software_status import SoftwareStatus
from rig.measure.observations import Observe
from rig.measure.recorder import Measure
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from rig.vehicle.menu_views import Kind
from rig.vehicle.menus import VERSIONS, Function
from rig.vehicle.visit import Visit
from testplans.steps import driving, letters, pairing

PHONES = {"ios": "owner_phone", "pixel": "friend_phone", "samsung": "third_phone"}
STATUSES = [menus.software for menus in VERSIONS]


def wait_for_a_phone(car: Car, phone: Phone) -> None:
    """Accessory mode, the phone on the tray, ADD KEY chosen on the display."""
    car.body.set_power(Power.ACCESSORY)
    driving.place(car, phone)
    view = car.head_unit.follow(Function.ADD_KEY)
    assert view.kind is Kind.ENTRY
    assert car.judged_visit(at="tray").refused, "the vehicle has looked, and found no pairing"


def open_app(car: Car, phone: Phone) -> Visit:
    """Open the app of the phone on the tray; what the vehicle makes of it."""
    view = phone.app.open(car.keyring.identifier)
    assert view.state in (AppState.PLACE_IN_TRAY, AppState.DONE), view
    return car.judged_visit(at="tray")


@pytest.mark.requirement("DK-ACT-05")
@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("software", STATUSES, ids=str)
def test_the_home_screen_offers_the_way_to_add_a_key(
    car: Car, observe: Observe, software: SoftwareStatus
) -> None:
    with car.recoded(software=software):
        car.body.set_power(Power.ACCESSORY)
        view = car.head_unit.follow(Function.ADD_KEY)
        path = car.head_unit.menus.entry(Function.ADD_KEY).path
        observe("path to add a key", " > ".join(path), ambiguity="AMB-06")
        assert view.function is Function.ADD_KEY
        assert view.kind is Kind.ENTRY
        assert view.asks, "the token can be typed in"
        assert car.pairing.active, "and the vehicle waits for a phone"


@pytest.mark.requirement("DK-ACT-06")
@pytest.mark.parametrize("name", PHONES.values(), ids=PHONES)
def test_with_the_phone_on_the_tray_opening_the_app_pairs_without_a_token(
    car: Car, account: str, measure: Measure, name: str, request: pytest.FixtureRequest
) -> None:
    phone: Phone = request.getfixturevalue(name)
    phone.app.sign_in(account)
    wait_for_a_phone(car, phone)
    with measure("app_open_to_key_ready", unit="ms").once() as sample:
        begin_ns = car.clock.now_ns()
        sample.takes(pairing.paired_ms(begin_ns, open_app(car, phone)))
    assert pairing.has_main_key(car, phone)
    assert phone.app.open().state is AppState.DONE


@pytest.mark.requirement("DK-ACT-06")
def test_opening_the_app_pairs_nothing_while_nobody_asked_the_vehicle_to(
    car: Car, owner_phone: Phone, account: str
) -> None:
    car.body.set_power(Power.ACCESSORY)
    owner_phone.app.sign_in(account)
    driving.place(car, owner_phone)
    assert owner_phone.app.open().state is AppState.VEHICLE
    assert not car.pairing.active
    assert not pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-ACT-06")
def test_add_key_that_was_left_again_pairs_nothing(
    car: Car, owner_phone: Phone, account: str
) -> None:
    owner_phone.app.sign_in(account)
    wait_for_a_phone(car, owner_phone)
    car.head_unit.cancel()
    assert not car.pairing.active
    owner_phone.withdraw()
    assert driving.place(car, owner_phone).refused
    assert owner_phone.app.open().state is AppState.VEHICLE
    assert not pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-ACT-06")
def test_the_app_of_another_account_pairs_nothing(
    car: Car, stranger_phone: Phone, key_server: KeyServer, account: str
) -> None:
    stranger = key_server.accounts.open("stranger@example.invalid")
    assert stranger != account
    stranger_phone.app.sign_in(stranger)
    wait_for_a_phone(car, stranger_phone)
    assert stranger_phone.app.open(car.keyring.identifier).state is AppState.NO_VEHICLE
    assert not pairing.has_main_key(car, stranger_phone)


@pytest.mark.requirement("DK-ACT-07", "DK-ACT-09")
@pytest.mark.parametrize("name", PHONES.values(), ids=PHONES)
def test_the_token_of_the_e_mail_typed_in_pairs_the_phone_on_the_tray(
    car: Car, key_server: KeyServer, account: str, name: str, request: pytest.FixtureRequest
) -> None:
    phone: Phone = request.getfixturevalue(name)
    phone.app.sign_in(account)
    wait_for_a_phone(car, phone)
    view = car.head_unit.type_in(letters.token(key_server, account))
    assert view.kind is Kind.WAITING
    assert car.pairing.pairing is not None, "the token has opened a pairing"
    assert car.judged_visit(at="tray").refused, "the phone does not know of it yet"
    pairing.expect_paired(open_app(car, phone))
    assert pairing.has_main_key(car, phone)
    pairing.leave(car, phone)
    assert [key.state for key in phone.wallet.listed()] == ["ready"]
    assert driving.unlocks(car, phone)


@pytest.mark.requirement("DK-ACT-09")
def test_a_key_made_by_the_menu_is_listed_in_the_wallet_and_works(
    car: Car, owner_phone: Phone, account: str
) -> None:
    owner_phone.app.sign_in(account)
    wait_for_a_phone(car, owner_phone)
    pairing.expect_paired(open_app(car, owner_phone))
    pairing.leave(car, owner_phone)
    (key,) = owner_phone.wallet.listed()
    assert (key.vehicle, key.role, key.state) == (car.keyring.identifier, "owner", "ready")
    assert pairing.roles_listed(car) == ["owner"]
    assert driving.unlocks(car, owner_phone)
    assert driving.starts(car, owner_phone)
