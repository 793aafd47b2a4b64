"""The app goes on only with both vehicle keys, or one key and the setup card, in the vehicle."""

from __future__ import annotations

import pytest

from drivers.api.maker_app import AppAction, AppState, AppView
from drivers.api.phone import Phone
from rig.key_server.vehicles import Artefact
from rig.measure.observations import Observe
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from testplans.steps import pairing

FOB, OTHER_FOB = Artefact.FIRST_FOB, Artefact.SECOND_FOB
SETUP, SERVICE = Artefact.SETUP_CARD, Artefact.SERVICE_CARD
ENOUGH = {
    "two fobs": (FOB, OTHER_FOB),
    "first fob and setup card": (FOB, SETUP),
    "second fob and setup card": (OTHER_FOB, SETUP),
}
TOO_FEW = {
    "nothing": (),
    "one fob": (FOB,),
    "the other fob": (OTHER_FOB,),
    "setup card alone": (SETUP,),
}


def continue_with(car: Car, phone: Phone, account: str, inside: tuple[Artefact, ...]) -> AppView:
    """What the app shows after CONTINUE with these in the vehicle."""
    car.body.set_power(Power.ACCESSORY)
    for thing in inside:
        car.cabin.put(thing)
    pairing.open_page(car, phone, account)
    phone.app.press(AppAction.OPEN_TILE)
    phone.app.press(AppAction.GET_STARTED)
    return phone.app.press(AppAction.CONTINUE)


@pytest.mark.requirement("DK-SETUP-05")
@pytest.mark.parametrize("inside", ENOUGH.values(), ids=ENOUGH)
def test_with_both_keys_or_a_key_and_the_setup_card_the_app_goes_on(
    car: Car, owner_phone: Phone, account: str, inside: tuple[Artefact, ...]
) -> None:
    with car.recoded(delivered=frozenset(Artefact)):
        view = continue_with(car, owner_phone, account, inside)
        assert view.state is AppState.READY_TO_PAIR, view
        assert AppAction.START_PAIRING in view.actions


@pytest.mark.requirement("DK-SETUP-05")
@pytest.mark.parametrize("inside", TOO_FEW.values(), ids=TOO_FEW)
def test_with_less_the_app_stays_until_the_rest_is_brought(
    car: Car, owner_phone: Phone, account: str, inside: tuple[Artefact, ...]
) -> None:
    with car.recoded(delivered=frozenset(Artefact)):
        view = continue_with(car, owner_phone, account, inside)
        assert view.state is AppState.INSERT_KEYS, view
        assert AppAction.START_PAIRING not in view.actions
        assert car.pairing.pairing is None
        pairing.bring_both_keys(car)
        assert owner_phone.app.press(AppAction.CONTINUE).state is AppState.READY_TO_PAIR


@pytest.mark.requirement("DK-SETUP-05")
def test_what_is_taken_out_again_does_not_count(car: Car, owner_phone: Phone, account: str) -> None:
    pairing.bring_both_keys(car)
    pairing.take_keys_away(car)
    assert continue_with(car, owner_phone, account, ()).state is AppState.INSERT_KEYS


@pytest.mark.requirement("DK-SETUP-05")
def test_whether_the_service_card_stands_in_for_the_setup_card_is_written_down(
    car: Car, owner_phone: Phone, account: str, observe: Observe
) -> None:
    with car.recoded(delivered=frozenset(Artefact)):
        view = continue_with(car, owner_phone, account, (FOB, SERVICE))
        goes_on = view.state is AppState.READY_TO_PAIR
        observe("fob and service card: the app goes on", goes_on, ambiguity="AMB-16")
