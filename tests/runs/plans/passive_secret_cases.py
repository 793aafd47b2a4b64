"""Cases run *by* the rig in a test of the rig: every secret of passive entry is made and used.

Not collected by pytest itself; the plan beside it names the file.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from drivers.api.phone import Phone
from drivers.api.phone_controls import RemoteFunction
from drivers.api.stage import Stage
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.passive.interference import altered
from testplans.steps import walking

pytestmark = pytest.mark.requirement("DK-UNLOCK-02")
PATH = walking.towards("driver", walking.WALK_MPS)
ID, LENGTH, DATA = 1, 3, 20  # octets of a message


@pytest.mark.usefixtures("passive")
def test_a_phone_pairs_on_its_first_approach_and_is_used(
    car: Car, stage: Stage, phone: Phone
) -> None:
    walking.approach(car, stage, phone, PATH)
    phone.remote.ask(car.keyring.identifier, RemoteFunction.LOCK)
    phone.remote.ask(car.keyring.identifier, RemoteFunction.TRUNK)
    car.shut("trunk")
    walking.go_away(car, stage, phone)
    car.let_pass(timedelta(hours=12, minutes=1))
    walking.approach(car, stage, phone, PATH)


@pytest.mark.parametrize("step", ["First_Approach_RQ", "Ranging_Session_Setup_RS"])
@pytest.mark.parametrize("at", [ID, LENGTH, DATA])
def test_a_message_with_a_secret_in_it_is_altered(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, step: str, at: int
) -> None:
    """Whatever it then is, the trace keeps it; what still is in it stays closed."""
    with passive.between(altered(step, at)):
        stage.place(phone, walking.beside("driver", walking.NEAR_M))
        passive.next_movement(10.0)
    assert car.locked or at == DATA
