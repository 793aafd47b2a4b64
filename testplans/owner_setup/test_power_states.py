"""Pairing in accessory mode, and in no other state of the vehicle."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from rig.measure.observations import Observe
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from rig.vehicle.menu_views import Kind
from rig.vehicle.menus import Function
from rig.vehicle.visit import Ending
from testplans.steps import driving, pairing


@pytest.mark.requirement("DK-SETUP-07")
@pytest.mark.parametrize("locked", [True, False], ids=["locked before", "unlocked"])
def test_in_accessory_mode_a_phone_is_paired(
    car: Car, owner_phone: Phone, account: str, locked: bool
) -> None:
    if locked:
        car.lock_all()
    car.unlock_all()
    pairing.begin_pairing(car, owner_phone, account)
    assert car.body.power is Power.ACCESSORY
    assert driving.place(car, owner_phone).ending is Ending.PAIRED
    assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-08")
def test_while_the_engine_runs_no_phone_is_paired(
    car: Car, owner_phone: Phone, account: str
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    car.body.set_power(Power.DRIVE_READY)
    assert driving.place(car, owner_phone).refused
    assert not pairing.has_main_key(car, owner_phone)
    owner_phone.withdraw()
    car.body.set_power(Power.ACCESSORY)
    pairing.finish(car, owner_phone)
    assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-08", "DK-SETUP-13")
@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("power", [Power.DRIVE_READY, Power.OFF])
def test_outside_accessory_mode_the_vehicle_lets_no_pairing_begin_and_says_what_it_needs(
    car: Car, power: Power
) -> None:
    car.body.set_power(power)
    with pytest.raises(ActionRefused, match="accessory"):
        car.head_unit.follow(Function.ADD_KEY)
    assert car.head_unit.view.kind is Kind.REFUSED
    assert not car.pairing.active


@pytest.mark.requirement("DK-SETUP-13")
@pytest.mark.parametrize("locked", [True, False], ids=["locked", "unlocked"])
def test_with_the_vehicle_asleep_no_phone_is_paired(
    car: Car, owner_phone: Phone, account: str, locked: bool
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    car.body.set_power(Power.OFF)
    if locked:
        car.lock_all()
    else:
        car.unlock_all()
    assert driving.place(car, owner_phone).refused
    assert not pairing.has_main_key(car, owner_phone)
    owner_phone.withdraw()
    car.body.set_power(Power.ACCESSORY)
    pairing.finish(car, owner_phone)
    assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-13")
def test_whether_a_vehicle_that_is_locked_from_inside_pairs_is_written_down(
    car: Car, owner_phone: Phone, account: str, observe: Observe
) -> None:
    """Locked, yet in accessory mode: somebody sits inside. The sources mean one left alone."""
    pairing.begin_pairing(car, owner_phone, account)
    car.lock_all()
    visit = driving.place(car, owner_phone)
    whole = pairing.has_main_key(car, owner_phone)
    assert whole is (visit.ending is Ending.PAIRED), "a half-created key"
    observe("paired while locked in accessory mode", whole, ambiguity="AMB-20")
