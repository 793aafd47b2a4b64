"""The everyday cycle, with a phone and with a key card."""

from __future__ import annotations

import pytest

from drivers.api.phone import KeyCard, KeyHolder, Phone
from rig.vehicle.car import Car


def drive_once(car: Car, holder: KeyHolder) -> None:
    """Unlock, enter, start, stop, leave, lock."""
    holder.present(at="driver_handle")
    car.unlocked.wait()
    car.open("driver")
    car.shut("driver")
    holder.present(at="tray")
    car.start_authorised.wait()
    assert car.press_start_stop().accepted
    assert car.drive_ready
    assert car.press_start_stop().accepted
    holder.present(at="driver_handle")
    car.locked.wait()


@pytest.mark.requirement("DK-CORE-01", "DK-NET-03")
def test_a_phone_unlocks_starts_and_locks(car: Car, phone: Phone) -> None:
    drive_once(car, phone)


@pytest.mark.requirement("DK-CORE-03", "DK-VALET-02")
def test_a_key_card_unlocks_starts_and_locks(car: Car, key_card: KeyCard) -> None:
    drive_once(car, key_card)
