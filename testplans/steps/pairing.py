"""Owner pairing, from the maker's app to a main key that is tracked."""

from __future__ import annotations

from dataclasses import replace

from drivers.api.maker_app import AppAction, AppState, AppView
from drivers.api.phone import Phone
from rig.key_server.vehicles import Artefact
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from rig.vehicle.pairing_desk import Trust
from rig.vehicle.visit import Ending, Visit
from testplans.steps.driving import place


def bring_both_keys(car: Car) -> None:
    """Lay into the vehicle what a set-up asks for, of what it was delivered with (AMB-14)."""
    delivered = car.interior.record.delivered
    car.cabin.put(Artefact.FIRST_FOB)
    second = Artefact.SECOND_FOB if Artefact.SECOND_FOB in delivered else Artefact.SETUP_CARD
    car.cabin.put(second)


def take_keys_away(car: Car) -> None:
    """Store fobs and setup card away from the vehicle, as the guide asks."""
    for thing in (Artefact.FIRST_FOB, Artefact.SECOND_FOB, Artefact.SETUP_CARD):
        car.cabin.take_out(thing)


def ready_to_pair(car: Car, phone: Phone, account: str) -> AppView:
    """Sign in and go through the app up to START PAIRING, keys inside, accessory mode."""
    car.body.set_power(Power.ACCESSORY)
    bring_both_keys(car)
    phone.app.sign_in(account)
    phone.app.open(car.keyring.identifier)
    for action in (AppAction.OPEN_TILE, AppAction.GET_STARTED, AppAction.CONTINUE):
        view = phone.app.press(action)
    assert view.state is AppState.READY_TO_PAIR, view
    return view


def begin_pairing(car: Car, phone: Phone, account: str) -> AppView:
    """Up to the prompt to place the phone in the tray."""
    ready_to_pair(car, phone, account)
    phone.app.press(AppAction.START_PAIRING)
    view = phone.app.press(AppAction.ALLOW)
    assert view.state is AppState.PLACE_IN_TRAY, view
    return view


def pair(car: Car, phone: Phone, account: str) -> Visit:
    """Pair this phone as the owner's; vehicle locked and off afterwards, nothing inside."""
    begin_pairing(car, phone, account)
    visit = place(car, phone)
    assert visit.ending is Ending.PAIRED, f"{visit.ending}: {visit.explanation}"
    phone.withdraw()
    car.await_empty("tray")
    take_keys_away(car)
    car.body.set_power(Power.OFF)
    car.lock_all()
    return visit


def without_makers(car: Car) -> Trust:
    """What the vehicle trusts, but no maker of devices."""
    return replace(car.pairing.trust, device_roots=())
