"""The phone stays in the pocket: passive entry on, and off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api.phone import Phone
from drivers.api.phone_controls import KeyOption
from drivers.api.stage import Carried, Stage
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from testplans.steps import driving, walking
from testplans.steps.phones import authenticate

POCKETS = pytest.mark.parametrize("carried", [Carried.FRONT_POCKET, Carried.BACK_POCKET])


@pytest.mark.requirement("DK-AUTH-07")
@POCKETS
@pytest.mark.usefixtures("passive")
def test_a_locked_phone_in_a_pocket_opens_and_locks(
    car: Car, stage: Stage, phone: Phone, measure: Measure, carried: Carried
) -> None:
    """A body in the way lengthens what is measured: it opens later, and still before the handle."""
    phone.screen.lock()
    opened = walking.approach(
        car, stage, phone, walking.towards("driver", walking.WALK_MPS, to_m=0.1), carried
    )
    with measure("unlock_distance_from_a_pocket", unit="m").once() as sample:
        sample.takes(opened.distance_m)
    locked = walking.leave(car, stage, phone, walking.away_from("driver", walking.WALK_MPS))
    with measure("lock_distance_from_a_pocket", unit="m").once() as sample:
        sample.takes(locked.distance_m)
    assert car.locked
    assert not phone.screen.asked()


@pytest.mark.requirement("DK-AUTH-08")
def test_with_passive_entry_off_the_vehicle_stays_shut_until_the_phone_is_used(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    phone.options.set(KeyOption.PASSIVE_ENTRY, on=False)
    stage.walk(phone, walking.towards("driver", walking.WALK_MPS, to_m=0.5)).finish()
    assert passive.next_movement(walking.SETTLE_S) is None
    assert car.locked
    stage.take_away(phone)
    authenticate(phone)
    assert driving.unlocks(car, phone)


@pytest.mark.requirement("DK-AUTH-08")
def test_a_vehicle_whose_passive_entry_is_off_stays_shut_until_the_phone_is_used(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """As above, where the holder has switched it off in the vehicle."""
    passive.use(replace(passive.settings, enabled=False))
    stage.walk(phone, walking.towards("driver", walking.WALK_MPS, to_m=0.5)).finish()
    assert passive.next_movement(walking.SETTLE_S) is None
    assert car.locked
    stage.take_away(phone)
    authenticate(phone)
    assert driving.unlocks(car, phone)
