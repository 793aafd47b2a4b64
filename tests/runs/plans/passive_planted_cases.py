"""Cases run *by* the rig in a test of the rig: phones that cheat as no user could make a phone.

Not collected by pytest itself; the plan beside it names the file.
"""

from __future__ import annotations

import pytest

from drivers.api.stage import Stage
from drivers.sim.phone import VirtualPhone
from drivers.sim.phone_ble.misbehaviour import BleFault
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from testplans.steps import walking

pytestmark = pytest.mark.requirement("DK-SEC-03")
REFUSED = {
    BleFault.UNENCRYPTED: "channel refused: not encrypted",
    BleFault.WRONG_URSK: "STS failed",
    BleFault.WRONG_STS: "STS failed",
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_phone_that_cheats_opens_nothing(
    car: Car, passive: PassiveEntry, stage: Stage, phone: VirtualPhone, fault: BleFault
) -> None:
    assert phone.bluetooth is not None
    walking.meet(car, stage, phone)
    passive.approaches()
    with phone.bluetooth.misbehave(fault):
        stage.place(phone, walking.beside("driver", walking.NEAR_M))
        moved = passive.next_movement(10.0)
        told = "; ".join(approach.told for approach in passive.approaches())
    assert moved is None, told
    assert REFUSED[fault] in told
    assert car.locked
