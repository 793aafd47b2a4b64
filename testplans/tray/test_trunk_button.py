"""The trunk button inside the driver's door, which needs the device in the tray."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.vehicle.car import Car


@pytest.mark.requirement("DK-TRUNK-01")
def test_the_trunk_button_works_with_the_device_in_the_tray(car: Car, phone: Phone) -> None:
    phone.present(at="tray")
    car.start_authorised.wait()
    assert car.press_trunk_button().accepted
    assert car.door("trunk").open


@pytest.mark.requirement("DK-TRUNK-02")
def test_the_trunk_button_does_nothing_with_an_empty_tray(car: Car, phone: Phone) -> None:
    phone.present(at="driver_handle")
    car.unlocked.wait()
    assert not car.press_trunk_button().accepted
    assert car.door("trunk").shut
