"""Walking away from a vehicle with Digital Key Plus: it locks, unless something stands open."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from drivers.api.stage import Stage
from rig.measure.limits import Count, Limits
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.wiring import CLOSURES
from testplans.steps import walking

pytestmark = pytest.mark.usefixtures("passive")


@pytest.mark.requirement("DK-LOCK-02")
def test_leaving_locks(
    car: Car, stage: Stage, phone: Phone, measure: Measure, limits: Limits, count: Count
) -> None:
    name = "lock_distance"
    taking = measure(name, unit="m", of="departures", **limits(name)).repeat(count(name, 5))
    with taking as samples:
        for sample in samples:
            walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))
            locked = walking.leave(car, stage, phone, walking.away_from("driver", walking.WALK_MPS))
            sample.takes(locked.distance_m)
            assert car.locked
            walking.go_away(car, stage, phone)


@pytest.mark.requirement("DK-LOCK-03", "DK-LOCK-04", "DK-LOCK-02")
@pytest.mark.parametrize("closure", CLOSURES)
def test_nothing_locks_while_something_stands_open(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, closure: str
) -> None:
    walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))
    car.open(closure)
    stage.walk(phone, walking.away_from("driver", walking.WALK_MPS)).finish()
    assert passive.next_movement(walking.SETTLE_S, unlocked=False) is None
    assert car.body.is_unlocked(closure)
    car.shut(closure)
