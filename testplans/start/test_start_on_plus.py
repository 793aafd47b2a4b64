"""Starting a vehicle with Digital Key Plus with a device that is not capable of comfort access."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.measure.outcomes import Inconclusive
from rig.vehicle.car import Car
from testplans.steps import driving, pairing


@pytest.mark.requirement("DK-START-10")
def test_a_phone_without_ultra_wideband_starts_from_the_tray_and_from_no_pocket(
    car: Car, account: str, plain_phone: Phone
) -> None:
    if plain_phone.ultra_wideband:
        raise Inconclusive("the phone has ultra-wideband: it could be found in a pocket")
    pairing.pair(car, plain_phone, account)
    assert driving.unlocks(car, plain_phone)
    plain_phone.withdraw()  # into a pocket: in the vehicle, and at no reader
    pressed = car.press_start_stop()
    assert not pressed.accepted, pressed.explanation
    assert not car.drive_ready
    assert driving.starts(car, plain_phone)
