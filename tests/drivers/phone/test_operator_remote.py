"""Remote functions on a phone in somebody's hands."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import RemoteFunction
from tests.drivers.operator.scripted import ScriptedOperator
from tests.drivers.phone.test_operator_phone import VEHICLE, phone


def test_remote_functions_are_pressed_by_the_person() -> None:
    person = ScriptedOperator(
        ("Which remote functions does Apple Wallet offer for the MINI", "lock, open the trunk"),
        ("press what means 'unlock' for the MINI", "done"),
        ("press what means 'lock' for the MINI", "it refuses"),
        ("What does it say", "too far away"),
    )
    remote = phone(person).remote
    assert remote.offered(VEHICLE) == (RemoteFunction.LOCK, RemoteFunction.TRUNK)
    remote.ask(VEHICLE, RemoteFunction.UNLOCK)
    with pytest.raises(ActionRefused, match="too far away"):
        remote.ask(VEHICLE, RemoteFunction.LOCK)
    person.was_asked_all()
