"""The first use of a shared key: activated on the display once, and never again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from drivers.api.phone import Phone
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from rig.vehicle.menus import Function
from testplans.steps import driving, sharing

ONLINE = pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "vehicle offline"])


@pytest.mark.requirement("DK-CODE-06")
@ONLINE
def test_a_shared_key_unlocks_before_and_starts_only_after_its_activation(
    car: Car, owner: Phone, friend_phone: Phone, online: bool
) -> None:
    car.telematics.online = online
    sharing.share(car, owner, friend_phone)
    assert driving.unlocks(car, friend_phone)
    assert not driving.starts(car, friend_phone)
    sharing.activate(car, friend_phone)
    assert driving.starts(car, friend_phone)
    assert driving.unlocks(car, friend_phone)


@pytest.mark.requirement("DK-CODE-06")
def test_the_menu_activates_a_shared_key_as_the_pop_up_does(
    car: Car, owner: Phone, friend_phone: Phone
) -> None:
    sharing.share(car, owner, friend_phone)
    driving.place(car, friend_phone)
    car.head_unit.cancel()
    assert not car.press_start_stop().accepted, "it starts though the pop-up was dismissed"
    [name] = [key.name for key in car.keyring if key.role == "friend"]
    car.head_unit.perform(Function.ACTIVATE_SHARED_KEY, name)
    car.start_authorised.wait()
    assert car.press_start_stop().accepted


@pytest.mark.requirement("DK-CODE-06")
@ONLINE
def test_the_first_transaction_of_a_friend_is_measured_against_later_ones(
    car: Car, owner: Phone, friend_phone: Phone, online: bool, measure: Measure
) -> None:
    car.telematics.online = online
    sharing.share(car, owner, friend_phone)
    for name, samples in (("first_unlock_of_friend", 1), ("later_unlock_of_friend", 5)):
        with measure(name, unit="ms", of="taps").repeat(samples) as taps:
            for tap in taps:
                car.lock_all()
                friend_phone.present(at="driver_handle")
                tap.ends_with(car.unlocked)
                friend_phone.withdraw()
                car.await_empty("driver_handle")


@pytest.mark.requirement("DK-CODE-07")
@ONLINE
@pytest.mark.parametrize("pause", [timedelta(hours=1), timedelta(days=1)], ids=["sleep", "a day"])
def test_an_activated_key_is_used_again_without_a_prompt(
    car: Car, owner: Phone, friend_phone: Phone, online: bool, pause: timedelta
) -> None:
    car.telematics.online = online
    sharing.share(car, owner, friend_phone)
    sharing.activate(car, friend_phone)
    friend_phone.withdraw()
    for _ in range(2):
        car.lock_all()
        car.let_pass(pause)
        assert driving.unlocks(car, friend_phone)
        driving.place(car, friend_phone)
        assert car.head_unit.popup is None, car.head_unit.screen
        assert car.press_start_stop().accepted
        assert car.press_start_stop().accepted
        friend_phone.withdraw()


@pytest.mark.requirement("DK-CODE-07")
def test_a_key_activated_while_offline_needs_no_prompt_once_the_vehicle_is_online(
    car: Car, owner: Phone, friend_phone: Phone
) -> None:
    car.telematics.online = False
    shared = sharing.share(car, owner, friend_phone)
    sharing.activate(car, friend_phone)
    friend_phone.withdraw()
    car.telematics.online = True
    car.reconcile()
    assert sharing.state_of(car, owner, shared) == "active"
    assert driving.starts(car, friend_phone)
