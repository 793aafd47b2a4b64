"""Closures that stand open when the key is used (AMB-02): unlock is recorded."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from rig.vehicle.wiring import CLOSURES


@pytest.mark.requirement("DK-UNLOCK-08")
@pytest.mark.parametrize("closure", CLOSURES)
def test_unlocking_with_a_closure_open(
    car: Car, phone: Phone, observe: Observe, closure: str
) -> None:
    """Whether an open closure blocks unlocking too, the sources leave open."""
    car.unlock_all()
    car.open(closure)
    car.lock_all()
    phone.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    observe(f"unlock with {closure} open", visit.ending, ambiguity="AMB-02")
