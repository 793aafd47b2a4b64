"""Labs that close their server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig.key_server.readings import Readings
from rig.key_server.vehicles import VehicleRecord
from tests.rig.key_server.lab import COOPER, Lab, open_lab

MakeLab = Callable[..., Lab]


@pytest.fixture
def make_lab(tmp_path: Path) -> Iterator[MakeLab]:
    """A lab with readings and record of the test's choice."""
    labs: list[Lab] = []

    def make(readings: Readings | None = None, record: VehicleRecord = COOPER) -> Lab:
        labs.append(open_lab(tmp_path / f"keys{len(labs)}.sqlite", record, readings))
        return labs[-1]

    yield make
    for lab in labs:
        lab.server.close()


@pytest.fixture
def lab(make_lab: MakeLab) -> Lab:
    """A lab with the default readings."""
    return make_lab()
