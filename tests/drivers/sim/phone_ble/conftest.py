"""A phone and its vehicle for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drivers.sim.phone_ble.drive import Drive, drive


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Drive]:
    with drive(tmp_path) as made:
        yield made
