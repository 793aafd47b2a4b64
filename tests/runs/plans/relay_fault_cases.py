"""Test cases run *by* the rig in a test of the rig: each breaks the relay board, each second not.

Not collected by pytest itself; the plan beside it names the file.
"""

from __future__ import annotations

import pytest

from drivers.sim.modbus_board import VirtualModbusTcpBoard
from drivers.sim.phone import VirtualPhone
from drivers.sim.relay_bank import Fault
from drivers.sim.serial_board import VirtualSerialBoard
from rig.bench.build import Bench
from rig.vehicle.car import Car

UNLOCK = pytest.mark.requirement("DK-UNLOCK-01")
BREAKS = ["unplugged", Fault.NO_ANSWER, Fault.WRONG_ECHO]


def tap(car: Car, phone: VirtualPhone) -> None:
    phone.present(at="driver_handle")
    car.unlocked.wait()


def twin_of(bench: Bench) -> VirtualSerialBoard | VirtualModbusTcpBoard:
    twin = bench.devices["twin"]
    assert isinstance(twin, VirtualSerialBoard | VirtualModbusTcpBoard)
    return twin


@UNLOCK
@pytest.mark.parametrize("broken", BREAKS)
def test_broken(car: Car, phone: VirtualPhone, bench: Bench, broken: str) -> None:
    twin = twin_of(bench)
    if broken == "unplugged":
        twin.unplug()
    else:
        twin.fault = Fault(broken)
    try:
        tap(car, phone)
    finally:
        twin.fault = None
        twin.plug()


@UNLOCK
@pytest.mark.parametrize("broken", BREAKS)
def test_next(car: Car, phone: VirtualPhone, broken: str) -> None:
    del broken  # for its name only
    tap(car, phone)
