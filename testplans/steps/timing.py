"""How long a key takes, and how much longer under some condition."""

from __future__ import annotations

from statistics import median

from drivers.api.phone import KeyHolder
from rig.measure.limits import Count
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps.driving import bring


class TapTimes:
    """Times from presence to unlocked, measured by name; the first name is the baseline."""

    def __init__(self, car: Car, holder: KeyHolder, measure: Measure, count: Count) -> None:
        self._car = car
        self._holder = holder
        self._measure = measure
        self._count = count
        self._baseline_ms: float | None = None

    def take(self, name: str) -> float:
        """Unlock as often as the plan says for this name; the median, in ms.

        Every name after the first is followed by its delta to the baseline.
        """
        times_ms = []
        with self._measure(name, unit="ms").repeat(self._count(name, 3)) as taps:
            for tap in taps:
                self._car.lock_all()
                bring(self._car, self._holder, "driver_handle")
                seen = tap.ends_with(self._car.unlocked)
                assert seen.timeline is not None, "an unlock without a visit"
                times_ms.append((seen.t_ns - seen.timeline.marks["presence"]) / 1e6)
        middle_ms = median(times_ms)
        if self._baseline_ms is None:
            self._baseline_ms = middle_ms
        else:
            with self._measure(f"{name}_delta", unit="ms").once() as delta:
                delta.takes(middle_ms - self._baseline_ms)
        return middle_ms
