"""The uncertainty budgets of an opened bench: from what it measures, states and was calibrated to.

Nothing moves for it. What a bench does not tell stays unknown, by name.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from drivers.api.clock import Clock, clock_of
from drivers.api.sensor import Sensor
from rig.bench.build import Bench
from rig.measure.clock_figures import clock_uncertainty_ms
from rig.measure.figures_file import read_figures
from rig.measure.uncertainty import (
    DISTANCE,
    LATENCY,
    RANGE,
    Budgets,
    Size,
    budget,
    component,
)
from rig.records.run import CalibrationRecord
from rig.records.uncertainty import UncertaintyBudget, UncertaintyComponent

_QUANTUM_M = 0.01  # a UCI notification tells whole centimetres (FiRa UCI, distance in cm)


def budgets_of(bench: Bench, calibrations: Sequence[CalibrationRecord]) -> Budgets:
    """One for each quantity that the bench can measure."""
    anchors = bench.description.vehicle.anchors
    kept = _kept(bench)
    known = [_budget(LATENCY, [*_latency(bench)], kept, {})]
    if anchors:
        without = [name for name in anchors if name not in {c.anchor for c in calibrations}]
        unknown = _uncalibrated(without, anchors)
        known.append(_budget(RANGE, [*_range(calibrations)], kept, unknown))
        known.append(_budget(DISTANCE, [], kept, {}))
    return Budgets(tuple(known))


def _kept(bench: Bench) -> dict[str, list[UncertaintyComponent]]:
    """What the bench's file of figures has, by quantity."""
    path = bench.description.vehicle.figures
    found: dict[str, list[UncertaintyComponent]] = {}
    for one in () if path is None else read_figures(path):
        found.setdefault(one.quantity, []).append(one.part)
    return found


def _budget(
    quantity: str,
    own: list[UncertaintyComponent],
    kept: dict[str, list[UncertaintyComponent]],
    unknown: dict[str, str],
) -> UncertaintyBudget:
    """What was kept stands in the place of what is found by looking."""
    stated = kept.get(quantity, [])
    names = {one.name for one in stated}
    return budget(quantity, [*(one for one in own if one.name not in names), *stated], unknown)


def _latency(bench: Bench) -> Iterator[UncertaintyComponent]:
    clock = clock_of(bench.devices)
    yield from _clock(clock)
    zero = Size(0.0, "ms", "rectangular")
    yield component("clock offset", zero, source="one clock, the bench's, stamps both ends")
    debounces = {
        name: value
        for name in bench.of(Sensor)
        if isinstance(
            value := bench.description.entry(name).options.get("debounce_ms"), int | float
        )
    }
    if debounces:
        name = max(debounces, key=lambda one: debounces[one])
        size = Size(debounces[name] / 2, "ms", "rectangular")
        yield component("sensor debounce", size, source=f"bench file: debounce_ms of {name}")


def _clock(clock: Clock) -> Iterator[UncertaintyComponent]:
    """Nothing for a clock that moves only while everybody waits."""
    if standard_ms := clock_uncertainty_ms(clock):
        size = Size(standard_ms * math.sqrt(3), "ms", "rectangular")
        yield component(
            "clock resolution", size, source="half of the smallest step seen when the run began"
        )


def _range(calibrations: Sequence[CalibrationRecord]) -> Iterator[UncertaintyComponent]:
    if calibrations:
        worst = max(calibrations, key=lambda one: one.uncertainty_m)
        size = Size(worst.uncertainty_m, "m", "normal", float(worst.samples - 1))
        who = f"{worst.anchor} on {worst.date} by {worst.operator}, the least sure of them"
        yield component("antenna delay", size, source=f"rig calibrate: {who}")
    size = Size(_QUANTUM_M / 2, "m", "rectangular")
    yield component("chip resolution", size, source="UCI tells whole centimetres")


def _uncalibrated(without: Sequence[str], anchors: Collection[str]) -> dict[str, str]:
    if not without or len(without) == len(anchors):
        return {}
    return {f"antenna delay of {', '.join(without)}": "not calibrated on the kit that is there"}
