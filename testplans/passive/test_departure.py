"""Walking away from a vehicle with Digital Key Plus: it locks, unless something stands open."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from drivers.api.space import Path
from drivers.api.stage import Stage
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.wiring import CLOSURES
from testplans.steps import surveying, walking
from testplans.steps.measuring import ByPlan
from testplans.steps.surveying import WalksOf

pytestmark = pytest.mark.usefixtures("passive")
NEARER_M, FARTHER_M = 1.3, 1.7  # from the handle: outside of the one zone, inside of the other


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


@pytest.mark.requirement("DK-LOCK-02")
def test_nothing_locks_while_another_key_is_inside(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, friend_phone: Phone
) -> None:
    """Who sits in the vehicle with a key is not locked in by who leaves."""
    stage.place(phone, walking.DRIVERS_SEAT)
    walking.approach(car, stage, friend_phone, walking.towards("passenger", walking.WALK_MPS))
    stage.walk(friend_phone, walking.away_from("passenger", walking.WALK_MPS)).finish()
    assert passive.next_movement(walking.SETTLE_S, unlocked=False) is None
    assert car.unlocked


@pytest.mark.requirement("DK-LOCK-02", "DK-UNLOCK-02")
def test_between_the_two_radii_nothing_moves(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """Who walks to and fro there has not left, and does not come anew."""
    radii = passive.settings
    assert radii.unlock_m < NEARER_M < FARTHER_M < radii.lock_m
    walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))
    near, far = walking.beside("driver", NEARER_M), walking.beside("driver", FARTHER_M)
    stage.walk(phone, Path((near, far) * 5, walking.WALK_MPS)).finish()
    assert passive.next_movement(walking.SETTLE_S) is None
    assert car.unlocked
