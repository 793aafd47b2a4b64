"""The digital-key tile in the maker's app, and the way it opens."""

from __future__ import annotations

import pytest

from drivers.api.maker_app import AppAction, AppState
from drivers.api.phone import Phone
from rig.key_server.contract import KeyServer
from rig.key_server.vehicles import Body
from rig.vehicle.car import Car
from testplans.steps import pairing


@pytest.mark.requirement("DK-SETUP-01")
def test_logged_out_there_is_no_tile(car: Car, owner_phone: Phone, account: str) -> None:
    assert pairing.open_page(car, owner_phone, account).tile
    view = pairing.open_page(car, owner_phone, None)
    assert (view.state, view.tile) == (AppState.SIGNED_OUT, "")
    assert AppAction.OPEN_TILE not in view.actions


@pytest.mark.requirement("DK-SETUP-01")
def test_logged_in_without_the_vehicle_there_is_no_tile(
    car: Car, owner_phone: Phone, account: str, key_server: KeyServer
) -> None:
    somebody_else = key_server.accounts.open("somebody.else@example.invalid")
    view = pairing.open_page(car, owner_phone, somebody_else)
    assert (view.state, view.tile) == (AppState.NO_VEHICLE, "")
    assert AppAction.OPEN_TILE not in view.actions
    assert pairing.open_page(car, owner_phone, account).tile


@pytest.mark.requirement("DK-SETUP-01", "DK-SETUP-02")
def test_logged_in_with_a_compatible_vehicle_its_page_has_a_digital_key_plus_tile(
    car: Car, owner_phone: Phone, account: str
) -> None:
    view = pairing.open_page(car, owner_phone, account)
    assert (view.state, view.tile) == (AppState.VEHICLE, "digital_key_plus")
    assert AppAction.OPEN_TILE in view.actions


@pytest.mark.requirement("DK-SETUP-03")
def test_a_vehicle_without_plus_has_no_digital_key_plus_tile(
    car: Car, owner_phone: Phone, account: str
) -> None:
    with car.recoded(body=Body.CONVERTIBLE):
        view = pairing.open_page(car, owner_phone, account)
        assert view.state is AppState.VEHICLE
        assert view.tile != "digital_key_plus"


@pytest.mark.requirement("DK-SETUP-04")
def test_the_tile_opens_the_set_up_screen_and_get_started_begins_it(
    car: Car, owner_phone: Phone, account: str
) -> None:
    pairing.open_page(car, owner_phone, account)
    screen = owner_phone.app.press(AppAction.OPEN_TILE)
    assert screen.state is AppState.INTRODUCTION
    assert AppAction.GET_STARTED in screen.actions
    begun = owner_phone.app.press(AppAction.GET_STARTED)
    assert begun.state is AppState.INSERT_KEYS
    assert not pairing.has_main_key(car, owner_phone), "nothing is paired by looking at it"
