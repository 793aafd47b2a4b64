"""What a plan reads in its own way holds in the vehicle too, not on its key server alone."""

from __future__ import annotations

from dataclasses import fields

import pytest

from drivers.api.errors import ActionRefused
from rig.key_server.readings import KeyKind, Readings, SetupKeys
from rig.key_server.vehicles import Artefact
from rig.vehicle.car import Car
from rig.vehicle.readings import VehicleReadings

TWO_FOBS = frozenset({SetupKeys.TWO_FOBS})


@pytest.fixture
def equipped(car: Car) -> Car:
    """With everything that a vehicle can be delivered with."""
    car.cabin.equip(tuple(Artefact))
    car.cabin.put(Artefact.FIRST_FOB)
    return car


def test_the_keys_a_set_up_needs_are_those_of_the_reading(equipped: Car) -> None:
    equipped.cabin.put(Artefact.SETUP_CARD)
    assert equipped.cabin.lacks_for_setup() == ""
    equipped.read_as(VehicleReadings(setup_keys=TWO_FOBS))
    assert equipped.cabin.lacks_for_setup() == "first fob and second fob"
    equipped.reset()
    equipped.cabin.equip(tuple(Artefact))
    equipped.cabin.put(Artefact.FIRST_FOB)
    equipped.cabin.put(Artefact.SETUP_CARD)
    assert equipped.cabin.lacks_for_setup() == ""


def test_who_may_delete_in_the_vehicle_is_the_readings_matter(car: Car) -> None:
    with pytest.raises(ActionRefused):
        car.head_unit.perform("delete_key", "friend_phone")
    car.read_as(VehicleReadings(deletes_in_vehicle="anyone"))
    car.head_unit.perform("delete_key", "friend_phone")
    assert "friend_phone" not in [key.name for key in car.keyring]


def test_the_vehicle_reads_as_the_plan_does() -> None:
    plan = Readings(
        pre_deletion_use="nothing",
        ends_pre_deletion=frozenset({KeyKind.FOB}),
        deletes_in_vehicle="anyone",
        setup_keys=TWO_FOBS,
    )
    own = VehicleReadings.of(plan)
    both = {each.name for each in fields(plan)} & {each.name for each in fields(own)}
    assert both >= {"pre_deletion_use", "ends_pre_deletion", "deletes_in_vehicle", "setup_keys"}
    for name in both:
        assert getattr(own, name) == getattr(plan, name)
