"""What passive entry does not need, and what it does need: network, battery, the right product."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from drivers.api.stage import Stage
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from testplans.steps import walking
from testplans.steps.phones import airplane_mode

PATH = walking.towards("driver", walking.WALK_MPS)


def opens(car: Car, stage: Stage, phone: Phone) -> bool:
    """Whether the locked vehicle opens on an approach; the phone is away and all locked after."""
    opened = bool(walking.opens_nothing(car, stage, phone, [PATH]))
    walking.go_away(car, stage, phone)
    return opened


@pytest.mark.requirement("DK-NET-02", "DK-UNLOCK-09", "DK-UNLOCK-02")
@pytest.mark.usefixtures("passive")
def test_an_approach_opens_without_mobile_network(car: Car, stage: Stage, phone: Phone) -> None:
    phone.radios.set_cellular(on=False)
    assert opens(car, stage, phone)


@pytest.mark.requirement("DK-NET-01", "DK-UNLOCK-02")
@pytest.mark.usefixtures("passive")
def test_an_approach_in_airplane_mode_is_observed(
    car: Car, stage: Stage, phone: Phone, observe: Observe
) -> None:
    """Whether a phone keeps Bluetooth and UWB on then is its own affair (AMB-42)."""
    with airplane_mode(phone):
        opened = opens(car, stage, phone)
    observe("opens on approach in airplane mode", opened, ambiguity="AMB-42")
    assert opens(car, stage, phone), "not even afterwards"


@pytest.mark.requirement("DK-POWER-07", "DK-UNLOCK-02")
@pytest.mark.usefixtures("passive")
def test_an_approach_opens_in_low_power_mode(car: Car, stage: Stage, phone: Phone) -> None:
    phone.battery.set_low_power(on=True)
    assert opens(car, stage, phone)


@pytest.mark.requirement("DK-POWER-09", "DK-UNLOCK-02")
@pytest.mark.usefixtures("passive")
def test_an_approach_opens_again_after_a_recharge_and_never_without_power(
    car: Car, stage: Stage, phone: Phone
) -> None:
    phone.battery.drain()
    assert not opens(car, stage, phone)
    phone.battery.charge()
    assert opens(car, stage, phone)


@pytest.mark.requirement("DK-POWER-06", "DK-UNLOCK-02")
@pytest.mark.usefixtures("passive")
def test_a_phone_that_its_owner_switched_off_opens_nothing(
    car: Car, stage: Stage, phone: Phone
) -> None:
    phone.battery.shut_down()
    assert not opens(car, stage, phone)


@pytest.mark.requirement("DK-CORE-05", "DK-UNLOCK-02")
@pytest.mark.usefixtures("passive")
def test_a_key_for_another_vehicle_opens_nothing(
    car: Car, stage: Stage, other_car_phone: Phone
) -> None:
    assert not opens(car, stage, other_car_phone)


@pytest.mark.requirement("DK-REV-05", "DK-UNLOCK-02")
@pytest.mark.usefixtures("passive")
@pytest.mark.parametrize("which", ["expired_phone", "deleted_phone"])
def test_a_key_that_has_ended_opens_nothing(
    car: Car, stage: Stage, request: pytest.FixtureRequest, which: str
) -> None:
    assert not opens(car, stage, request.getfixturevalue(which))


@pytest.mark.requirement("DK-ELIG-03")
def test_a_convertible_has_no_passive_entry(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    assert not car.plus
    assert not opens(car, stage, phone)
    assert passive.next_approach(0) is None
