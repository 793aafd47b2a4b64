"""The surroundings of a test, measured before it begins by the sensors that the bench has."""

from __future__ import annotations

from drivers.api.climate import UNITS, ClimateSensor
from drivers.api.errors import DriverError
from rig.bench.build import Bench


def measured(bench: Bench) -> dict[str, str]:
    """What -> value with its unit; where there are several sensors, each with its name.

    A sensor that does not answer takes nothing from a test: that it did not is what is recorded.
    """
    sensors = bench.of(ClimateSensor)
    found: dict[str, str] = {}
    for name, sensor in sensors.items():
        which = f" ({name})" if len(sensors) > 1 else ""
        try:
            for quantity, value in sensor.read().items():
                found[f"{quantity.replace('_', ' ')}{which}"] = f"{value:g} {UNITS[quantity]}"
        except DriverError as exc:
            found[f"sensor{which}"] = f"not measured: {exc}"
    return found
