"""Cases run *by* the rig in a test of the rig: an anchor hangs, and then comes the next test.

Not collected by pytest itself; the plan beside it names the file.
"""

from __future__ import annotations

import pytest

from drivers.api.stage import Stage
from drivers.sim.phone import VirtualPhone
from drivers.sim.uwb_anchor import VirtualUwbAnchor
from rig.bench.build import Bench
from rig.vehicle.car import Car
from rig.vehicle.passive.conditions import reached, unlocked_passively
from rig.vehicle.passive.entry import PassiveEntry
from testplans.steps import walking

pytestmark = pytest.mark.requirement("DK-UNLOCK-02")
PATH = walking.towards("driver", walking.WALK_MPS)


def test_an_anchor_hangs(
    passive: PassiveEntry, stage: Stage, phone: VirtualPhone, bench: Bench
) -> None:
    stage.walk(phone, PATH)
    reached(passive, "first_range").wait()
    bench.of(VirtualUwbAnchor)["chip_rear_left"].hang()
    unlocked_passively(passive).wait()


@pytest.mark.usefixtures("passive")
def test_next(car: Car, stage: Stage, phone: VirtualPhone) -> None:
    walking.approach(car, stage, phone, PATH)
