"""The bench file against what the vehicle needs, before any device is opened.

The bench that may stand in is checked too: it could be the one that is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from rig.bench.build import driver_classes
from rig.bench.description import BenchDescription
from rig.vehicle.preflight import Mistake, provisioning_mistakes, wiring_mistakes


def wants_car(items: Iterable[pytest.Item]) -> bool:
    """Whether a test asks for the vehicle."""
    return any("car" in getattr(item, "fixturenames", ()) for item in items)


def check_provisioning(bench: BenchDescription) -> None:
    """Raise BenchFileError for a keyring or a protocol setting that cannot be used."""
    for candidate in bench.candidates:
        for mistake in fleet_mistakes(candidate):
            raise candidate.vehicle_error(mistake.key, mistake.text)


def fleet_mistakes(bench: BenchDescription) -> Iterator[Mistake]:
    """What no vehicle of the bench could work with; the same mistake counts once."""
    yield from provisioning_mistakes(bench.vehicle)
    for number, vehicle in enumerate(bench.vehicle.also):
        for mistake in provisioning_mistakes(vehicle):
            key = f"also.{number}.{mistake.key}"
            if key in bench.vehicle_lines:  # else it has it from the first
                yield Mistake(key, mistake.text)


def check_wiring(bench: BenchDescription) -> None:
    """Raise BenchFileError when the devices are not those of a vehicle."""
    for candidate in bench.candidates:
        for mistake in wiring_mistakes(driver_classes(candidate)):
            raise candidate.vehicle_error(mistake.key, mistake.text)
