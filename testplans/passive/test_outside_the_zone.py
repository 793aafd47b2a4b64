"""A key outside the approach zone opens nothing, however long it stays and wherever it passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api.phone import Phone
from drivers.api.space import Path
from drivers.api.stage import Stage, Walk
from rig.measure.limits import Count
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.passive.tracker import Block
from testplans.steps import surveying, walking
from testplans.steps.surveying import WalksOf

pytestmark = [pytest.mark.requirement("DK-UNLOCK-10"), pytest.mark.usefixtures("passive")]


@pytest.mark.parametrize("at_m", [3.0, 5.0, 10.0, 20.0], ids=lambda at_m: f"{at_m:g} m")
def test_walking_past_opens_nothing(
    car: Car, stage: Stage, phone: Phone, count: Count, walks_of: WalksOf, at_m: float
) -> None:
    log = walks_of(f"passes at {at_m:g} m")

    def keep(walk: Walk, path: Path, blocks: list[Block]) -> None:
        surveying.record(log, walk, path, blocks, sides[path.points[0].y_m < 0])

    passes = count("passes_at_3_m" if at_m == 3.0 else "passes", 3)
    sides = ("driver", "passenger")
    paths = [walking.past(sides[number % 2], at_m) for number in range(passes)]
    opened = walking.opens_nothing(car, stage, phone, paths, keep)
    assert not opened, "; ".join(opened)
    assert car.locked


def test_standing_still_at_a_distance_opens_nothing(car: Car, stage: Stage, phone: Phone) -> None:
    for at_m in (20.0, 10.0, 5.0, 3.0):
        stage.place(phone, walking.beside("driver", at_m))
        car.clock.sleep(walking.FOREVER_S)
        assert car.passive.next_movement(0) is None, f"at {at_m:g} m"
        assert car.locked


@pytest.mark.parametrize("speed_mps", [walking.WALK_MPS, walking.BRISK_MPS])
@pytest.mark.parametrize("nearest_m", [1.6, 2.0, 3.0], ids=lambda at_m: f"{at_m:g} m")
def test_coming_near_and_stopping_or_turning_back_opens_nothing(
    car: Car, stage: Stage, phone: Phone, nearest_m: float, speed_mps: float
) -> None:
    """Who comes straight on and changes their mind is not where they were heading."""
    walking.meet(car, stage, phone)
    far, near = walking.beside("driver", walking.FAR_M), walking.beside("driver", nearest_m)
    paths = [Path((far, near), speed_mps), Path((far, near, far), speed_mps)]
    opened = walking.opens_nothing(car, stage, phone, paths)
    assert not opened, "; ".join(opened)


@pytest.mark.parametrize("handle", ["passenger", "trunk"])
def test_a_handle_that_does_not_open_passively_stays_shut(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, handle: str
) -> None:
    passive.use(replace(passive.settings, sides="driver"))
    path = walking.towards(handle, walking.WALK_MPS)
    assert not walking.opens_nothing(car, stage, phone, [path])
    assert car.locked
