"""Activation codes typed in at the vehicle, from the display to the key server and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.api.sharing import CodeEntry
from drivers.sim.phone import VirtualPhone
from rig.bench.build import Bench
from rig.key_server.errors import StoreError
from rig.key_server.readings import Readings
from rig.plugin.back_end import BackEnd
from rig.vehicle.car import Car
from rig.vehicle.keys import Key
from rig.vehicle.menu_views import Kind
from rig.vehicle.menus import Function
from testplans.steps import driving, pairing, sharing


@pytest.fixture
def code(
    car: Car, bench: Bench, phone: VirtualPhone, friend_phone: VirtualPhone
) -> Iterator[SecretText]:
    """The code of a key that was shared and lies in the tray; the display asks for it."""
    car.as_delivered()
    with BackEnd(bench.devices, Readings()).opened(car) as server:
        account = server.accounts.open("owner@example.invalid")
        server.accounts.add_vehicle(account, car.keyring.identifier)
        pairing.pair(car, phone, account)
        shared = sharing.share(car, phone, friend_phone, code=CodeEntry.VEHICLE)
        assert sharing.begin_activation(car, friend_phone).kind is Kind.ENTRY
        assert shared.code is not None
        yield shared.code
        car.reset()


def test_a_wrong_code_is_refused_in_words_without_identifiers(car: Car, code: SecretText) -> None:
    with pytest.raises(ActionRefused) as refused:
        car.head_unit.type_in(sharing.wrong(code))
    assert refused.value.reason == "wrong code, 2 left to try"


def test_the_vehicle_knows_at_once_that_the_last_wrong_code_has_ended_the_key(
    car: Car, friend_phone: VirtualPhone, code: SecretText
) -> None:
    for _ in range(Readings().code_tries):
        with pytest.raises(ActionRefused):
            car.head_unit.type_in(sharing.wrong(code))
    car.settle()
    assert [key.role for key in car.keyring] == ["owner"]
    assert not driving.unlocks(car, friend_phone)


def test_a_key_laid_into_the_tray_asks_no_server_who_waits(
    car: Car, friend_phone: VirtualPhone, code: SecretText, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code
    friend_phone.withdraw()
    car.await_empty("tray")

    def unanswered(_key: Key) -> bool:
        raise StoreError("the key server does not answer")

    monkeypatch.setattr(car.telematics, "awaits_code", unanswered)
    visit = driving.place(car, friend_phone)
    assert visit.key.startswith("friend")
    assert car.head_unit.popup is Function.ACTIVATE_SHARED_KEY
    assert car.head_unit.confirm().kind is Kind.ENTRY
