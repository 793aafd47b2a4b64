"""The vehicle's half of a pairing: a verifier that fits the password, never the password."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from rig.digital_key.spake2plus import Scrypt, verifier_of
from rig.key_server.emulated.server import EmulatedKeyServer
from rig.key_server.emulated.store import Store
from rig.key_server.errors import NotFound
from rig.key_server.pairing import VehiclePairing
from rig.key_server.readings import Readings
from tests.rig.key_server.conftest import MakeLab
from tests.rig.key_server.lab import ROOT, Lab


def half(lab: Lab) -> VehiclePairing:
    found = lab.server.tokens.for_vehicle(lab.vehicle_id)
    assert found is not None
    return found


def test_the_vehicles_half_fits_the_phones_password(lab: Lab) -> None:
    pairing = lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    found = half(lab)
    assert (found.pairing_id, found.vehicle_id) == (pairing.pairing_id, lab.vehicle_id)
    assert (found.salt, found.expires_at) == (pairing.salt, pairing.expires_at)
    assert (found.scrypt_n, found.scrypt_r, found.scrypt_p) == (4096, 8, 1)
    expected = verifier_of(pairing.password.decode(), Scrypt(found.salt, 4096))
    assert (found.w0, found.l_point) == (expected.w0, expected.point)
    assert (len(found.w0), len(found.l_point)) == (32, 65)


def test_the_vehicles_half_prints_neither_password_nor_verifier(lab: Lab) -> None:
    pairing = lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    printed = f"{half(lab)} {half(lab)!r} {lab.server.tokens!r}"
    for secret in (pairing.password, half(lab).w0, half(lab).l_point):
        assert bytes(secret).hex() not in printed
        assert repr(bytes(secret))[2:-1] not in printed
    assert not any(getattr(half(lab), each) == pairing.password for each in half(lab).__slots__)


def test_scrypt_runs_once_for_a_pairing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = 0
    scrypt = hashlib.scrypt

    def counted(*args: Any, **kwargs: Any) -> bytes:
        nonlocal runs
        runs += 1
        return scrypt(*args, **kwargs)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    for _ in range(2):
        lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
        assert runs == 0, "nobody asked yet"
        assert half(lab) == half(lab)
        assert runs == 1
        runs = 0


def test_a_vehicle_has_the_pairing_that_is_open_and_no_other(lab: Lab) -> None:
    tokens = lab.server.tokens
    assert tokens.for_vehicle(lab.vehicle_id) is None
    first = tokens.start_in_app(lab.account_id, lab.vehicle_id)
    second = tokens.start_in_app(lab.account_id, lab.vehicle_id)
    assert half(lab).pairing_id == second.pairing_id != first.pairing_id
    lab.server.tracking.track_owner(second.pairing_id, lab.new_phone())
    assert tokens.for_vehicle(lab.vehicle_id) is None, "spent"
    tokens.start_in_app(lab.account_id, lab.vehicle_id)
    lab.clock.advance(30 * 60)
    assert tokens.for_vehicle(lab.vehicle_id) is None, "expired"
    with pytest.raises(NotFound):
        tokens.for_vehicle(bytes(8))


def test_a_pairing_keeps_the_cost_it_was_opened_with(make_lab: MakeLab) -> None:
    lab = make_lab(Readings(scrypt_n=1024))
    lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    before = half(lab)
    assert before.scrypt_n == 1024
    lab.server.close()
    lab.server = EmulatedKeyServer(Store(lab.path), lab.clock, ROOT, readings=Readings())
    assert half(lab) == before
    lab.server.close()
