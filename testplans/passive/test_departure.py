"""Walking away from a vehicle with Digital Key Plus: it locks, unless something stands open."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from drivers.api.stage import Stage
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.wiring import CLOSURES
from testplans.steps import surveying, walking
from testplans.steps.measuring import ByPlan
from testplans.steps.surveying import WalksOf

pytestmark = pytest.mark.usefixtures("passive")


@pytest.mark.requirement("DK-LOCK-02")
def test_leaving_locks(
    car: Car, stage: Stage, phone: Phone, by_plan: ByPlan, walks_of: WalksOf
) -> None:
    log = walks_of(f"departures at {walking.WALK_MPS:g} m/s")
    with by_plan("lock_distance", unit="m", of="departures", otherwise=5) as samples:
        for sample in samples:
            walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))
            locked = walking.leave(car, stage, phone, walking.away_from("driver", walking.WALK_MPS))
            surveying.keep_walk(log, locked, "lock")
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
