"""What is around the vehicle, as fixtures: passive entry at work, and whoever carries phones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from drivers.api.clock import clock_of
from drivers.api.phone import KeyHolder
from drivers.api.stage import Stage
from rig.bench.build import Bench
from rig.measure.outcomes import Inconclusive

if TYPE_CHECKING:  # the vehicle is imported only for tests that drive it
    from rig.vehicle.car import Car
    from rig.vehicle.passive.entry import PassiveEntry


class Around:
    """The fixtures of one run; pytest finds them because this object is a plugin."""

    def __init__(self, bench: Callable[[], Bench]) -> None:
        self._bench = bench

    @pytest.fixture
    def passive(self, car: Car) -> Iterator[PassiveEntry]:
        """Passive entry, at work for this test alone, where the vehicle that is played has it.

        A virtual world skips the time in which everybody waits. Inconclusive on a bench without
        Bluetooth radio and UWB anchors.
        """
        entry = car.passive
        with car.clock.skipping():
            if car.plus:
                entry.start()
            try:
                yield entry
            finally:
                entry.stop()
            entry.raise_fault()

    @pytest.fixture
    def stage(self) -> Iterator[Stage]:
        """Brings phones to places around the vehicle; nobody is there before and after the test.

        Inconclusive on a bench without one.
        """
        bench = self._bench()
        stage = bench.devices.get("stage")
        if not isinstance(stage, Stage):
            raise Inconclusive(f"bench {bench.description.name} has no stage")
        with clock_of(bench.devices).skipping():
            yield stage
            for holder in bench.of(KeyHolder).values():
                stage.take_away(holder)
