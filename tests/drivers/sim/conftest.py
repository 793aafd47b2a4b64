"""One world with a reader and a fake key server, for the tests of whole virtual devices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.sim.world import World
from tests.drivers.sim.fake_internet import Server
from tests.drivers.sim.phone.held_in_hand import OpenField
from tests.drivers.sim.phone_scene import Scene


@pytest.fixture
def scene() -> Iterator[Scene]:
    with World(start="2026-06-01T12:00") as world:
        yield Scene(world, OpenField(world), Server())
