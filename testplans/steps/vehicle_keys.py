"""Keys as the vehicle names and lists them: shared, used for the first time, deleted in a menu."""

from __future__ import annotations

from drivers.api.errors import ActionRefused
from drivers.api.phone import KeyHolder, Phone
from drivers.api.sharing import Shared
from rig.key_server.vehicles import Artefact
from rig.vehicle.car import Car
from rig.vehicle.menu_views import Kind
from rig.vehicle.menus import Function
from testplans.steps import driving, sharing


def name_of(car: Car, phone: Phone) -> str:
    """What the vehicle calls the key in this phone's wallet, which has not ended."""
    ours = car.keyring.identifier
    [key_id] = (key.key_id for key in phone.wallet.listed() if key.vehicle == ours)
    held = car.keyring.by_id(key_id)
    assert held is not None, f"the vehicle does not know the key of {phone.name}"
    return held.name


def listed(car: Car) -> dict[str, str]:
    """The list of keys on the display: states by name."""
    return {key.name: key.state for key in car.head_unit.perform(Function.LIST_KEYS).keys}


def give(car: Car, owner: Phone, recipient: Phone) -> Shared:
    """Share, accept, and activate on the display at the first use: the key may do everything."""
    shared = sharing.share(car, owner, recipient)
    driving.place(car, recipient)
    car.head_unit.perform(Function.ACTIVATE_SHARED_KEY, name_of(car, recipient))
    take_away(car, recipient)
    return shared


def take_away(car: Car, *phones: Phone) -> None:
    """Take phones off the readers, and let the key server hear of what happened."""
    for phone in phones:
        phone.withdraw()
    car.await_empty("tray", "driver_handle")
    car.settle()


def is_deleted(car: Car, name: str) -> bool:
    """Delete a key in the menu, as installed; whether the vehicle did, and did not refuse."""
    try:
        shown = car.head_unit.perform(Function.DELETE_KEY, name).kind
    except ActionRefused:
        return False
    car.settle()
    return shown is Kind.DONE


def delete_with_fob(car: Car, name: str) -> None:
    """Delete a key in the menu, a fob lying inside for as long as that takes."""
    car.cabin.put(Artefact.FIRST_FOB)
    assert is_deleted(car, name), f"{name} cannot be deleted with a fob inside"
    car.cabin.take_out(Artefact.FIRST_FOB)


def is_of_no_use(car: Car, holder: KeyHolder) -> bool:
    """Whether it neither unlocks at the handle nor starts in the tray. Locked afterwards."""
    car.lock_all()
    at_handle = driving.tap(car, holder)
    still_locked = bool(car.locked)
    started = driving.starts(car, holder)
    car.lock_all()
    return at_handle.refused and still_locked and not started
