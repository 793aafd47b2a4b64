"""Starting with a device in the charging tray."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.measure.limits import Count, Limits
from rig.measure.observations import Observe
from rig.measure.recorder import Measure
from rig.vehicle.car import Car


@pytest.mark.requirement("DK-START-01")
def test_a_phone_in_the_tray_starts_the_vehicle(
    car: Car, phone: Phone, measure: Measure, limits: Limits, count: Count
) -> None:
    name = "tray_to_start_authorised"
    taking = count(name, 5)
    with measure(name, unit="ms", **limits(name)).repeat(taking) as starts:
        for start in starts:
            phone.withdraw()
            car.await_empty("tray")
            phone.present(at="tray")
            start.ends_with(car.start_authorised)
            assert car.press_start_stop().accepted
            assert car.drive_ready
            car.press_start_stop()


@pytest.mark.requirement("DK-START-03")
def test_without_a_device_in_the_tray_nothing_starts(car: Car, phone: Phone) -> None:
    phone.present(at="driver_handle")
    car.unlocked.wait()
    pressed = car.press_start_stop()
    assert not pressed.accepted
    assert not car.drive_ready
    assert "tray" in pressed.explanation


@pytest.mark.requirement("DK-START-05")
def test_a_device_taken_from_the_tray_starts_nothing_any_more(
    car: Car, phone: Phone, observe: Observe
) -> None:
    phone.present(at="tray")
    car.start_authorised.wait()
    assert car.press_start_stop().accepted
    phone.withdraw()
    car.await_empty("tray")
    assert not car.start_authorised
    observe("engine after removal while drive-ready", car.body.power, ambiguity="AMB-22")
    car.press_start_stop()
    assert not car.press_start_stop().accepted


@pytest.mark.requirement("DK-START-07")
def test_a_shared_key_starts_once_it_was_activated(car: Car, friend_phone: Phone) -> None:
    key = car.keyring.named("friend_phone")
    key.start = False
    friend_phone.present(at="tray")
    assert car.judged_visit(at="tray").refused
    assert not car.press_start_stop().accepted
    key.start = True
    friend_phone.withdraw()
    friend_phone.present(at="tray")
    car.start_authorised.wait()
    assert car.press_start_stop().accepted
    assert car.drive_ready
