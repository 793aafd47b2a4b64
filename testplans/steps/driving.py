"""Using a key: at the handle, in the tray, for a whole drive."""

from __future__ import annotations

from drivers.api.phone import KeyHolder
from rig.vehicle.car import Car, Pressed
from rig.vehicle.visit import Visit


def tap(car: Car, holder: KeyHolder) -> Visit:
    """Hold it to the driver's handle; the visit, judged."""
    holder.withdraw()
    car.await_empty("driver_handle")
    car.disregard_visits()
    holder.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    car.settle()
    return visit


def place(car: Car, holder: KeyHolder) -> Visit:
    """Lay it into the tray; the visit, judged."""
    holder.withdraw()
    car.await_empty("tray")
    car.disregard_visits()
    holder.present(at="tray")
    visit = car.judged_visit(at="tray")
    car.settle()
    return visit


def start(car: Car, holder: KeyHolder) -> Pressed:
    """Lay it into the tray and press START/STOP."""
    place(car, holder)
    return car.press_start_stop()


def unlocks(car: Car, holder: KeyHolder) -> bool:
    """Whether a tap unlocks the locked vehicle; it is taken away afterwards."""
    car.lock_all()
    tap(car, holder)
    unlocked = bool(car.unlocked)
    holder.withdraw()
    car.await_empty("driver_handle")
    return unlocked


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
