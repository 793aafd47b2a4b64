"""The service card: into the tray, switched on and off, and off again after each use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.api.phone import KeyCard
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from rig.vehicle.menus import Function
from testplans.steps import driving, vehicle_keys


def place(car: Car, card: KeyCard) -> str:
    """Lay it into the tray of a vehicle that is on; what the vehicle calls it."""
    car.body.set_power(Power.ACCESSORY)
    driving.place(car, card)
    found = car.interior.service_card.in_tray
    assert found is not None, "the vehicle does not know the card in its tray"
    return found.name


def take(car: Car, card: KeyCard) -> None:
    """Take it out of the tray; the vehicle is off and locked."""
    card.withdraw()
    car.await_empty("tray")
    car.body.set_power(Power.OFF)
    car.lock_all()


def switch(car: Car, card: KeyCard, function: Function) -> str:
    """Lay it into the tray and switch it in the menu; the state on the display then."""
    name = place(car, card)
    car.head_unit.perform(function)
    state = vehicle_keys.listed(car)[name]
    take(car, card)
    return state


@contextmanager
def in_use(car: Car, card: KeyCard) -> Iterator[None]:
    """Switched on inside the block, and off after it, as after each temporary use."""
    assert switch(car, card, Function.ACTIVATE_CARD) == "active"
    yield
    assert switch(car, card, Function.DEACTIVATE_CARD) == "inactive"
