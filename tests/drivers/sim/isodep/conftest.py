"""One card in one field."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drivers.sim.isodep.air_bench import Air


@pytest.fixture
def air() -> Iterator[Air]:
    opened = Air()
    yield opened
    opened.close()
