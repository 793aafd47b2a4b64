"""Time that a test lets pass is not the next test's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rig.vehicle.car import Car


@pytest.mark.parametrize("years", [1, 25])
def test_a_reset_takes_back_what_a_test_let_pass(car: Car, years: int) -> None:
    before = car.clock.utc()
    car.let_pass(timedelta(days=365 * years))
    car.reset()
    assert timedelta(0) <= car.clock.utc() - before < timedelta(minutes=1)
