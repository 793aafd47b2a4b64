"""A tap that was refused brings nothing about, whatever held before it."""

from __future__ import annotations

import pytest

from drivers.sim.phone import VirtualPhone
from rig.bench.build import Bench
from rig.measure.outcomes import Unmet
from rig.vehicle.car import Car
from tests.rig.vehicle.conftest import device


@pytest.mark.parametrize("unlocked", [False, True])
def test_a_refused_tap_leaves_a_condition_unmet_that_held_before(
    bench: Bench, car: Car, unlocked: bool
) -> None:
    stranger = device(bench, "stranger_phone", VirtualPhone)
    car.body.set_locks(unlock=unlocked)
    condition = car.unlocked if unlocked else car.locked
    assert condition
    stranger.present(at="driver_handle")
    with pytest.raises(Unmet, match="refused"):
        condition.wait()
    stranger.withdraw()
