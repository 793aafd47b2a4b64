"""Using a key: at the handle, in the tray, for a whole drive."""

from __future__ import annotations

from drivers.api.phone import KeyHolder
from rig.vehicle.car import Car, Pressed
from rig.vehicle.visit import Ending, Visit


def hold(car: Car, holder: KeyHolder, at: str) -> Visit:
    """Hold it there; the visit, also one that was cut off or found nothing that answers."""
    holder.withdraw()
    car.await_empty(at)
    car.disregard_visits()
    holder.present(at=at)
    visit = car.next_visit()
    car.settle()
    if visit.ending is Ending.FAULT:
        visit.raise_if_broken()
    return visit


def tap(car: Car, holder: KeyHolder) -> Visit:
    """Hold it to the driver's handle; the visit, judged."""
    visit = hold(car, holder, "driver_handle")
    visit.raise_if_broken()
    return visit


def place(car: Car, holder: KeyHolder) -> Visit:
    """Lay it into the tray; the visit, judged."""
    visit = hold(car, holder, "tray")
    visit.raise_if_broken()
    return visit


def start(car: Car, holder: KeyHolder) -> Pressed:
    """Lay it into the tray and press START/STOP."""
    place(car, holder)
    return car.press_start_stop()


def unlocks(car: Car, holder: KeyHolder) -> bool:
    """Whether a tap unlocks the locked vehicle."""
    car.lock_all()
    tap(car, holder)
    holder.withdraw()
    car.await_empty("driver_handle")
    return bool(car.unlocked)


def starts(car: Car, holder: KeyHolder) -> bool:
    """Whether the vehicle becomes drive-ready with it in the tray; it is off afterwards."""
    pressed = start(car, holder)
    ready = bool(car.drive_ready)
    assert pressed.accepted is ready, pressed.explanation
    if ready:
        car.press_start_stop()
    holder.withdraw()
    car.await_empty("tray")
    return ready
