"""What a main key's end makes of the slot identifiers its owner was given, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.vehicle.keys import OWNER, Key, Origin
from rig.vehicle.readings import VehicleReadings
from tests.rig.key_server.lab import public_key
from tests.rig.vehicle.garage import Garage, open_garage
from tests.rig.vehicle.key_holders import friend_of, new_owner, shared


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path)
    yield garage
    garage.lab.server.close()


def end(garage: Garage, owner: Key, how: str) -> None:
    garage.telematics.online = False
    if how == "deleted":
        garage.telematics.delete(owner)
    else:
        slot = garage.keyring.draw_slot()
        garage.telematics.paired(Key("new", OWNER, slot, public_key(903), origin=Origin.PAIRED))


KEPT = VehicleReadings()
RE_INVITED = VehicleReadings(shared_keys_on_replacement="re_invite")
DELETED = VehicleReadings(shared_keys_without_main_key="deleted")


@pytest.mark.parametrize(
    ("readings", "how", "burnt"),
    [
        (KEPT, "deleted", False),
        (KEPT, "replaced", False),
        (RE_INVITED, "deleted", False),
        (RE_INVITED, "replaced", True),
        (DELETED, "deleted", True),
        (DELETED, "replaced", False),
    ],
)
def test_slots_are_burnt_where_no_share_survives(
    garage: Garage, readings: VehicleReadings, how: str, burnt: bool
) -> None:
    garage.telematics.readings = readings
    owner = new_owner(garage)
    friend_receipt = shared(garage, owner)
    garage.telematics.sync()
    friend = friend_of(garage, friend_receipt)
    (free,) = garage.keyring.give_out(1, owner.key_id)
    end(garage, owner, how)
    for slot in (free, friend.slot):
        assert garage.keyring.is_burnt(slot) is burnt
    assert garage.keyring.holds(friend) is not burnt
