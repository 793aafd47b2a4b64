"""A pairing that is interrupted leaves no half of a key, and can be done again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from drivers.api.maker_app import AppState
from drivers.api.phone import Phone
from rig.key_server.contract import KeyServer
from rig.measure.observations import Observe
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from rig.vehicle.interference import altered_answer, before, flipped
from rig.vehicle.visit import Ending, Visit
from testplans.steps import driving, pairing

# Shares of the exchanges up to the one that gives both sides the key, by command and its number.
MOMENTS = {
    "at the first command": ("SPAKE2+ REQUEST", 1),
    "at 25 %": ("WRITE DATA", 1),
    "at 50 %": ("GET DATA", 1),
    "at 75 %": ("GET DATA", 3),
    "before the last command": ("OP CONTROL FLOW", 2),
}
WAYS: dict[str, Callable[[Car, Phone], object]] = {
    "taken from the tray": lambda _car, phone: phone.withdraw(),
    "app killed": lambda _car, phone: phone.app.kill(),
    "switched off": lambda car, _phone: car.body.set_power(Power.OFF),
    "engine started": lambda car, _phone: car.body.set_power(Power.DRIVE_READY),
}


def placed(car: Car, phone: Phone) -> Visit:
    """Lay it into the tray, for a visit that is meant to end in the middle."""
    return driving.hold(car, phone, "tray")


@pytest.mark.requirement("DK-SETUP-12")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_pairing_cut_off_leaves_no_key_and_can_be_repeated(
    car: Car, owner_phone: Phone, account: str, moment: str, way: str
) -> None:
    step, nth = MOMENTS[moment]
    pairing.begin_pairing(car, owner_phone, account)
    with car.between("tray", before(step, lambda: WAYS[way](car, owner_phone), nth=nth)):
        visit = placed(car, owner_phone)
    assert visit.ending in (Ending.INTERRUPTED, Ending.PAIRING_FAILED), visit.explanation
    pairing.leave(car, owner_phone)
    assert not pairing.has_main_key(car, owner_phone)
    assert not driving.unlocks(car, owner_phone)
    pairing.pair(car, owner_phone, account)
    assert pairing.has_main_key(car, owner_phone)
    assert driving.unlocks(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-12")
def test_a_phone_taken_away_too_early_is_only_placed_again(
    car: Car, owner_phone: Phone, account: str
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    with car.between("tray", before("GET DATA", owner_phone.withdraw)):
        assert placed(car, owner_phone).ending is Ending.INTERRUPTED
    assert owner_phone.app.open().state is AppState.PLACE_IN_TRAY
    pairing.finish(car, owner_phone)
    assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-12")
@pytest.mark.parametrize("step", ["AUTH0", "EXCHANGE"])
def test_a_phone_taken_away_once_both_sides_have_the_key_keeps_it_and_the_tray_does_the_rest(
    car: Car, owner_phone: Phone, account: str, step: str
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    with car.between("tray", before(step, owner_phone.withdraw)):
        assert "paired" in placed(car, owner_phone).timeline.marks
    pairing.leave(car, owner_phone)
    assert pairing.has_main_key(car, owner_phone)
    assert driving.unlocks(car, owner_phone)
    assert driving.starts(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-12")
@pytest.mark.parametrize("step", ["SPAKE2+ VERIFY", "GET DATA"])
def test_a_pairing_whose_bytes_are_altered_leaves_no_key_and_can_be_repeated(
    car: Car, owner_phone: Phone, account: str, step: str
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    with car.between("tray", altered_answer(step, flipped(-3))):
        assert placed(car, owner_phone).ending is Ending.PAIRING_FAILED
    assert not pairing.has_main_key(car, owner_phone)
    pairing.pair(car, owner_phone, account)
    assert driving.unlocks(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-12")
def test_a_phone_with_the_password_of_another_pairing_gets_no_key(
    car: Car, owner_phone: Phone, third_phone: Phone, account: str, observe: Observe
) -> None:
    pairing.begin_pairing(car, third_phone, account)
    pairing.begin_pairing(car, owner_phone, account)  # which voids the one before
    open_now = car.pairing.pairing
    assert open_now is not None
    visit = placed(car, third_phone)
    assert visit.ending is Ending.PAIRING_FAILED
    assert not pairing.has_main_key(car, third_phone)
    assert car.pairing.attempts_used(open_now.pairing_id) == 1
    observe("the phone with the wrong password shows", third_phone.app.open().state)
    third_phone.withdraw()
    pairing.finish(car, owner_phone)
    assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-12")
def test_after_seven_wrong_passwords_the_right_one_is_refused_until_pairing_is_begun_anew(
    car: Car, owner_phone: Phone, third_phone: Phone, account: str
) -> None:
    pairing.begin_pairing(car, third_phone, account)
    pairing.begin_pairing(car, owner_phone, account)
    with car.between("tray", altered_answer("SPAKE2+ VERIFY", flipped(-3))):
        for _ in range(7):
            assert placed(car, owner_phone).ending is Ending.PAIRING_FAILED
    assert placed(car, owner_phone).ending is Ending.PAIRING_FAILED
    assert not pairing.has_main_key(car, owner_phone)
    pairing.pair(car, owner_phone, account)
    assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-12")
def test_a_pairing_left_alone_for_too_long_makes_no_key(
    car: Car, owner_phone: Phone, account: str
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    car.let_pass(timedelta(hours=1))
    assert driving.place(car, owner_phone).refused
    assert not pairing.has_main_key(car, owner_phone)
    pairing.pair(car, owner_phone, account)
    assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-SETUP-12")
def test_an_app_killed_before_the_phone_is_placed_leaves_no_key(
    car: Car, owner_phone: Phone, account: str, key_server: KeyServer
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    owner_phone.app.kill()
    assert driving.place(car, owner_phone).refused
    assert not pairing.has_main_key(car, owner_phone)
    assert key_server.tracking.keys(car.keyring.identifier) == ()
    owner_phone.withdraw()
    pairing.pair(car, owner_phone, account)
    assert pairing.has_main_key(car, owner_phone)
