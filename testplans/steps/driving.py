"""Using a key: at the handle, in the tray, for a whole drive."""

from __future__ import annotations

from drivers.api.phone import KeyHolder
from rig.vehicle.car import Car, Pressed
from rig.vehicle.visit import Ending, Visit
from rig.vehicle.wiring import HANDLE, TRAY

SILENCE_S = 0.15  # in which a reader has long seen what answers at all


def bring(car: Car, holder: KeyHolder, to: str) -> None:
    """Hold it there anew; visits until now count as looked at."""
    holder.withdraw()
    car.await_empty(HANDLE, TRAY)  # wherever it was: a visit cut off there is none of the next
    car.disregard_visits()
    holder.present(at=to)


def hold(car: Car, holder: KeyHolder, at: str) -> Visit:
    """Hold it there; the visit, also one that was cut off or found nothing that answers."""
    bring(car, holder, at)
    visit = car.next_visit(at=at)
    car.settle()
    if visit.ending is Ending.FAULT:
        visit.raise_if_broken()
    return visit


def tap(car: Car, holder: KeyHolder) -> Visit:
    """Hold it to the driver's handle; the visit, judged."""
    visit = hold(car, holder, HANDLE)
    visit.raise_if_broken()
    return visit


def place(car: Car, holder: KeyHolder) -> Visit:
    """Lay it into the tray; the visit, judged."""
    visit = hold(car, holder, TRAY)
    visit.raise_if_broken()
    return visit


def start(car: Car, holder: KeyHolder) -> Pressed:
    """Lay it into the tray and press START/STOP."""
    place(car, holder)
    return car.press_start_stop()


def unlocks(car: Car, holder: KeyHolder) -> bool:
    """Whether a tap unlocks the locked vehicle; the handle is free for the next afterwards."""
    car.lock_all()
    tap(car, holder)
    holder.withdraw()
    car.await_empty(HANDLE)
    return bool(car.unlocked)


def starts(car: Car, holder: KeyHolder) -> bool:
    """Whether the vehicle becomes drive-ready with it in the tray; it is off afterwards."""
    pressed = start(car, holder)
    ready = bool(car.drive_ready)
    assert pressed.accepted is ready, pressed.explanation
    if ready:
        car.press_start_stop()
    holder.withdraw()
    car.await_empty(TRAY)
    return ready


def opens_nothing(car: Car, holder: KeyHolder) -> bool:
    """Whether the locked vehicle stays locked with it at the handle, seen there or not."""
    car.lock_all()
    bring(car, holder, HANDLE)
    car.sees_nothing(for_s=SILENCE_S)
    holder.withdraw()
    return bool(car.locked)


def starts_nothing(car: Car, holder: KeyHolder) -> bool:
    """Whether the vehicle stays off when START/STOP is pressed with it in the tray."""
    bring(car, holder, TRAY)
    car.sees_nothing(for_s=SILENCE_S)
    pressed = car.press_start_stop()
    holder.withdraw()
    return not pressed.accepted and not car.drive_ready


def locks(car: Car, holder: KeyHolder) -> bool:
    """Whether a tap locks the unlocked vehicle."""
    car.unlock_all()
    tap(car, holder)
    return bool(car.locked)


def does_everything(car: Car, holder: KeyHolder) -> None:
    """Unlock, start, and lock: what a key is for."""
    assert unlocks(car, holder), "it does not unlock"
    assert starts(car, holder), "it does not start"
    assert locks(car, holder), "it does not lock"
