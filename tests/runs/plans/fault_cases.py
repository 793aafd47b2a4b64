"""Test cases run *by* the rig in a test of the rig: each breaks the bench, each second does not.

Not collected by pytest itself; the plan beside it names the file.
"""

from __future__ import annotations

import pytest

from drivers.sim.pcscd import PrivatePcscd
from drivers.sim.phone import VirtualPhone
from drivers.sim.phone.misbehaviour import Fault
from drivers.sim.relay_board import VirtualRelayBoard
from rig.bench.build import Bench
from rig.vehicle.car import Car
from rig.vehicle.interference import before

UNLOCK = pytest.mark.requirement("DK-UNLOCK-01")


def tap(car: Car, phone: VirtualPhone) -> None:
    phone.present(at="driver_handle")
    car.unlocked.wait()


@UNLOCK
def test_pcscd_is_killed_in_mid_transaction(car: Car, phone: VirtualPhone, bench: Bench) -> None:
    pcscd = bench.devices["pcscd"]
    assert isinstance(pcscd, PrivatePcscd)
    try:
        with car.between("driver_handle", before("AUTH0", pcscd.kill)):
            tap(car, phone)
    finally:
        pcscd.restart()


@UNLOCK
def test_next_after_pcscd(car: Car, phone: VirtualPhone) -> None:
    tap(car, phone)


@UNLOCK
def test_the_card_is_pulled_in_mid_apdu(car: Car, phone: VirtualPhone) -> None:
    with phone.misbehave(Fault.LEAVES, at=2):
        tap(car, phone)


@UNLOCK
def test_next_after_the_pulled_card(car: Car, phone: VirtualPhone) -> None:
    tap(car, phone)


@UNLOCK
def test_the_card_is_mute(car: Car, phone: VirtualPhone) -> None:
    with phone.misbehave(Fault.MUTE, at=2):
        tap(car, phone)


@UNLOCK
def test_next_after_the_mute_card(car: Car, phone: VirtualPhone) -> None:
    tap(car, phone)


@UNLOCK
def test_the_relay_board_is_unplugged(car: Car, phone: VirtualPhone, bench: Bench) -> None:
    board = bench.devices["usb"]
    assert isinstance(board, VirtualRelayBoard)
    board.unplug()
    try:
        tap(car, phone)
    finally:
        board.plug()


@UNLOCK
def test_next_after_the_relay_board(car: Car, phone: VirtualPhone) -> None:
    tap(car, phone)
