"""What holds for every test of the service card."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rig.key_server.contract import KeyServer
from rig.vehicle.car import Car


@pytest.fixture(autouse=True)
def no_card_is_left_active(car: Car, key_server: KeyServer) -> Iterator[None]:  # noqa: ARG001 - as delivered
    """The rig's own check (DK-SVC-07): a test that leaves a card switched on ends as an error."""
    yield
    left = car.interior.service_card.active
    assert not left, f"left active: {', '.join(left)}"
