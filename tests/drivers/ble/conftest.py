"""A bench for every test, on every air there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.drivers.ble.radio_bench import AIRS, Bench


@pytest.fixture(params=AIRS)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(stack, AIRS[request.param])
