"""A shared key's validity ends, however the vehicle has come to know the key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from rig.digital_key.messages import Outcome
from rig.digital_key.profiles import Purpose
from rig.key_server.readings import Readings
from rig.vehicle.body import Power
from rig.vehicle.policy import Circumstances, Decision, decide
from tests.rig.vehicle.garage import Garage, open_garage
from tests.rig.vehicle.key_holders import friend_of, new_owner, shared

VALIDITY = Readings().shared_key_validity


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path)
    yield garage
    garage.lab.server.close()


def judged(garage: Garage, key_id: bytes) -> Decision:
    key = garage.keyring.by_id(key_id)
    assert key is not None
    return decide(key, Purpose.UNLOCK, Circumstances(garage.clock.utc(), (), Power.OFF))


@pytest.mark.parametrize("on_watch", [False, True])
def test_a_shared_key_that_the_server_told_of_expires(garage: Garage, on_watch: bool) -> None:
    owner = new_owner(garage)
    receipt = shared(garage, owner)
    if on_watch:
        garage.clock.at += timedelta(days=1)
        server = garage.lab.server
        receipt = server.tracking.track_watch(receipt.key_id, garage.lab.new_phone())
        garage.clock.at -= timedelta(days=1)
    garage.telematics.sync()
    assert friend_of(garage, receipt).valid_until is not None
    garage.clock.at += VALIDITY - timedelta(seconds=1)
    assert judged(garage, receipt.key_id).allowed
    garage.clock.at += timedelta(seconds=1)
    assert judged(garage, receipt.key_id).outcome is Outcome.KEY_EXPIRED
    assert judged(garage, owner.key_id).allowed
