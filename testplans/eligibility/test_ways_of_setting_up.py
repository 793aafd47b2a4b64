"""Which way of setting up a vehicle has: by setup card, or by its keys."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.api.maker_app import AppAction, AppState
from drivers.api.phone import Phone, SetupCard
from rig.key_server.vehicles import Artefact
from rig.measure.observations import Observe
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from testplans.steps import driving, pairing

BY_KEYS: dict[str, Any] = {
    "model_year": 2025,
    "delivered": frozenset((Artefact.FIRST_FOB, Artefact.SECOND_FOB)),
}
BY_CARD: dict[str, Any] = {
    "model_year": 2026,
    "delivered": frozenset((Artefact.FIRST_FOB, Artefact.SETUP_CARD)),
}
"""As delivered in these years, so that it does not matter which of the two decides (AMB-17)."""


@pytest.mark.requirement("DK-ELIG-08")
def test_a_vehicle_of_2026_is_set_up_by_its_card(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str
) -> None:
    with car.recoded(**BY_CARD):
        owner_phone.app.sign_in(account)
        assert pairing.hold_card(owner_phone, setup_card).state is AppState.ENTER_VEHICLE


@pytest.mark.requirement("DK-ELIG-08")
def test_a_vehicle_of_2025_is_set_up_by_its_keys_and_by_no_card(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str
) -> None:
    with car.recoded(**BY_KEYS):
        owner_phone.app.sign_in(account)
        refused = pairing.hold_card(owner_phone, setup_card)
        assert refused.state is not AppState.ENTER_VEHICLE
        assert AppAction.CONTINUE not in refused.actions
        assert owner_phone.app.open(car.keyring.identifier).state is AppState.VEHICLE
        owner_phone.app.press(AppAction.OPEN_TILE)
        view = owner_phone.app.press(AppAction.GET_STARTED)
        assert view.state is AppState.INSERT_KEYS
        pairing.pair(car, owner_phone, account)
        assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-ELIG-08")
def test_what_a_vehicle_of_2025_delivered_with_a_card_offers_is_written_down(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str, observe: Observe
) -> None:
    with car.recoded(model_year=2025, delivered=BY_CARD["delivered"]):
        owner_phone.app.sign_in(account)
        view = pairing.hold_card(owner_phone, setup_card)
        offered = view.state is AppState.ENTER_VEHICLE
        observe("set-up by card offered", offered, ambiguity="AMB-17")


@pytest.mark.requirement("DK-ELIG-09")
def test_a_vehicle_delivered_with_one_fob_and_one_key_card_is_set_up_with_these(
    car: Car, owner_phone: Phone, account: str
) -> None:
    with car.recoded(delivered=frozenset((Artefact.FIRST_FOB, Artefact.SERVICE_CARD))):
        car.body.set_power(Power.ACCESSORY)
        car.cabin.put(Artefact.FIRST_FOB)
        car.cabin.put(Artefact.SERVICE_CARD)
        assert car.cabin.lacks_for_setup() == ""
        pairing.open_page(car, owner_phone, account)
        for action in (AppAction.OPEN_TILE, AppAction.GET_STARTED, AppAction.CONTINUE):
            view = owner_phone.app.press(action)
        assert view.state is AppState.READY_TO_PAIR, view
        owner_phone.app.press(AppAction.START_PAIRING)
        pairing.store_in_wallet(owner_phone)
        pairing.finish(car, owner_phone)
        assert pairing.has_main_key(car, owner_phone)
        assert driving.unlocks(car, owner_phone)
