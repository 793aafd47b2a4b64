"""Owner pairing, from the maker's app or a setup card to a main key that is tracked."""

from __future__ import annotations

from dataclasses import replace

from drivers.api.maker_app import AppAction, AppState, AppView
from drivers.api.phone import Phone, SetupCard
from rig.key_server.vehicles import Artefact
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from rig.vehicle.menus import Function
from rig.vehicle.pairing_desk import Trust
from rig.vehicle.visit import Ending, Visit
from testplans.steps.driving import place

# --- keys and card in the vehicle -----------------------------------------------------------


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


# --- by the app -----------------------------------------------------------------------------


def open_page(car: Car, phone: Phone, account: str | None) -> AppView:
    """Sign in, and open the app at the page of the vehicle."""
    phone.app.sign_in(account)
    return phone.app.open(car.keyring.identifier)


def ready_to_pair(car: Car, phone: Phone, account: str) -> AppView:
    """Sign in and go through the app up to START PAIRING, keys inside, accessory mode."""
    car.body.set_power(Power.ACCESSORY)
    bring_both_keys(car)
    open_page(car, phone, account)
    for action in (AppAction.OPEN_TILE, AppAction.GET_STARTED, AppAction.CONTINUE):
        view = phone.app.press(action)
    assert view.state is AppState.READY_TO_PAIR, view
    return view


def store_in_wallet(phone: Phone) -> AppView:
    """Allow the wallet to hold the key; where it asks for more, add it as a card is added."""
    view = phone.app.press(AppAction.ALLOW)
    if view.state is AppState.ADD_AS_CARD:
        view = phone.app.press(AppAction.ADD_CARD)
    return view


def begin_pairing(car: Car, phone: Phone, account: str) -> AppView:
    """Up to the prompt to place the phone in the tray."""
    ready_to_pair(car, phone, account)
    phone.app.press(AppAction.START_PAIRING)
    view = store_in_wallet(phone)
    assert view.state is AppState.PLACE_IN_TRAY, view
    return view


def pair(car: Car, phone: Phone, account: str) -> Visit:
    """Pair this phone as the owner's; vehicle locked and off afterwards, nothing inside."""
    begin_pairing(car, phone, account)
    return finish(car, phone)


def finish(car: Car, phone: Phone) -> Visit:
    """Place the phone in the tray, see it paired, and leave the vehicle locked and off."""
    visit = expect_paired(place(car, phone))
    leave(car, phone)
    return visit


def leave(car: Car, phone: Phone) -> None:
    """Take phone and keys out of the vehicle; it is locked and off."""
    phone.withdraw()
    car.await_empty("tray")
    take_keys_away(car)
    car.body.set_power(Power.OFF)
    car.lock_all()


# --- by the setup card ----------------------------------------------------------------------


def hold_card(phone: Phone, card: SetupCard) -> AppView:
    """Hold the setup card to the phone's back; what the app shows then."""
    card.present(at=f"{phone.name}_back")
    view = phone.app.open()
    card.withdraw()
    return view


def enter_with_fob(car: Car) -> None:
    """Sit in the vehicle with the fob, in accessory mode."""
    car.body.set_power(Power.ACCESSORY)
    car.cabin.put(Artefact.FIRST_FOB)


def confirm_inside(phone: Phone) -> AppView:
    """Go on from the card, and confirm to be inside, up to the question about the wallet."""
    phone.app.press(AppAction.CONTINUE)
    view = phone.app.press(AppAction.CONFIRM)
    assert view.state is AppState.ASK_WALLET, view
    return view


def ask_for_the_wallet(car: Car, phone: Phone, card: SetupCard, account: str) -> AppView:
    """From the card to the question whether the wallet may hold the key, fob inside."""
    enter_with_fob(car)
    phone.app.sign_in(account)
    hold_card(phone, card)
    return confirm_inside(phone)


def pair_by_card(car: Car, phone: Phone, card: SetupCard, account: str) -> Visit:
    """As ``pair``, begun with the setup card."""
    ask_for_the_wallet(car, phone, card, account)
    view = store_in_wallet(phone)
    assert view.state is AppState.PLACE_IN_TRAY, view
    return finish(car, phone)


# --- what came of it ------------------------------------------------------------------------


def roles_listed(car: Car) -> list[str]:
    """Roles of the digital keys in the vehicle's own list."""
    listed = car.head_unit.follow(Function.LIST_KEYS).keys
    return [key.role for key in listed if key.role != "card"]


def has_main_key(car: Car, phone: Phone) -> bool:
    """Whether phone and vehicle hold one and the same main key. They never disagree."""
    car.settle()
    in_wallet = [key.key_id for key in phone.wallet.listed() if key.role == "owner"]
    in_vehicle = [key.key_id for key in car.keyring if key.role == "owner"]
    assert in_wallet == in_vehicle, "a main key on one side only"
    assert roles_listed(car).count("owner") == len(in_vehicle)
    return bool(in_wallet)


def expect_paired(visit: Visit) -> Visit:
    """The visit, if it made a main key; a failed assertion if not."""
    assert visit.ending is Ending.PAIRED, f"{visit.ending}: {visit.explanation}"
    return visit


def paired_ms(begin_ns: int, visit: Visit) -> float:
    """From a moment of the car's clock to the main key, in ms."""
    return (expect_paired(visit).timeline.marks["paired"] - begin_ns) / 1e6


def without_makers(car: Car) -> Trust:
    """What the vehicle trusts, but no maker of devices."""
    return replace(car.pairing.trust, device_roots=())
