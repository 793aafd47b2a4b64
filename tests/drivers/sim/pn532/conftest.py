"""A chip at a place, and its hosts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drivers.sim.pn532.host import BareHost, Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    opened = Bench()
    yield opened
    opened.close()


@pytest.fixture
def host() -> Iterator[BareHost]:
    opened = BareHost()
    yield opened
    opened.close()
