"""The copy of a key on a watch: it opens, attests nothing, and ends with the phone's key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.digital_key.crypto import PrivateKey
from rig.digital_key.messages import Outcome
from rig.vehicle.keys import Key
from rig.vehicle.visit import Ending
from tests.rig.vehicle import friends
from tests.rig.vehicle.garage import Garage, TestLine, open_garage
from tests.rig.vehicle.key_holders import new_owner

WATCH = PrivateKey.generate()


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path)
    yield garage
    garage.lab.server.close()


@pytest.fixture
def owner(garage: Garage) -> Key:
    owner = new_owner(garage)
    garage.lab.server.tracking.track_watch(owner.key_id, WATCH.public)
    garage.telematics.sync()
    return owner


def test_what_the_owners_watch_signs_enrols_nobody(garage: Garage, owner: Key) -> None:
    slot = friends.given_out(garage)
    phone = friends.friend(garage, friends.entitlement(slot), signer=WATCH)
    visit = garage.tap(TestLine(phone))
    assert visit.ending is Ending.REFUSED
    assert visit.outcome is Outcome.INVALID_SIGNATURE
    assert garage.keyring.holds(owner)


def test_without_a_network_too_a_watch_ends_with_the_phone(garage: Garage, owner: Key) -> None:
    garage.telematics.online = False
    garage.telematics.delete(owner)
    assert list(garage.keyring) == []
    garage.telematics.online = True
    garage.telematics.sync()
    assert list(garage.keyring) == []
