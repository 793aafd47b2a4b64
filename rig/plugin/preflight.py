"""The bench file against what the vehicle needs, before any device is opened.

The bench that may stand in is checked too: it could be the one that is opened.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from rig.bench.build import driver_classes
from rig.bench.description import BenchDescription
from rig.vehicle.preflight import provisioning_mistakes, wiring_mistakes


def wants_car(items: Iterable[pytest.Item]) -> bool:
    """Whether a test asks for the vehicle."""
    return any("car" in getattr(item, "fixturenames", ()) for item in items)


def check_provisioning(bench: BenchDescription) -> None:
    """Raise BenchFileError for a keyring, setting or calibration that cannot be used."""
    for candidate in bench.candidates:
        for mistake in provisioning_mistakes(candidate.vehicle):
            raise candidate.vehicle_error(mistake.key, mistake.text)


def check_wiring(bench: BenchDescription) -> None:
    """Raise BenchFileError when the devices are not those of a vehicle."""
    for candidate in bench.candidates:
        for mistake in wiring_mistakes(driver_classes(candidate), candidate.vehicle.anchors):
            raise candidate.vehicle_error(mistake.key, mistake.text)
