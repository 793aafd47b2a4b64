"""What a pairing came to is said on the vehicle's display."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.sim.phone import VirtualPhone
from rig.bench.build import Bench
from rig.key_server.readings import Readings
from rig.plugin.back_end import BackEnd
from rig.vehicle.car import Car
from rig.vehicle.menu_views import Kind
from rig.vehicle.menus import Function
from rig.vehicle.pairing_desk import Trust
from rig.vehicle.visit import Ending
from testplans.steps import pairing


@pytest.fixture
def account(car: Car, bench: Bench) -> Iterator[str]:
    car.as_delivered()
    with BackEnd(bench.devices, Readings()).opened(car) as server:
        account = server.accounts.open("owner@example.invalid")
        server.accounts.add_vehicle(account, car.keyring.identifier)
        yield account
        car.reset()


def test_a_pairing_that_made_a_key_is_told(car: Car, phone: VirtualPhone, account: str) -> None:
    visit = pairing.pair(car, phone, account)
    view = car.head_unit.view
    assert (view.kind, view.function) == (Kind.DONE, Function.ADD_KEY)
    assert view.text == visit.explanation


def test_a_pairing_that_failed_is_told_as_a_refusal(
    car: Car, phone: VirtualPhone, account: str
) -> None:
    pairing.begin_pairing(car, phone, account)
    nobody = Trust(car.pairing.trust.authority, ())
    with car.pairing.trusting(nobody):
        phone.present(at="tray")
        visit = car.judged_visit(at="tray")
    assert visit.ending is Ending.PAIRING_FAILED
    view = car.head_unit.view
    assert (view.kind, view.function) == (Kind.REFUSED, Function.ADD_KEY)
    assert view.text == visit.explanation
    assert car.head_unit.follow(Function.LIST_KEYS).function is Function.LIST_KEYS
