"""CREATE RANGING KEY: an independent vehicle derives the same key, and how long it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

from drivers.sim.phone.applet import Applet
from drivers.sim.phone.ranging_keys import RangingKeys, SlotsFull
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings
from tests.drivers.sim.phone.applet_bench import DEVICES, ccc_key, vehicle_at
from tests.home_key.independent_reader import CCC, P256, Reader, ReaderError, point

KEY = ccc_key()
BEGAN = datetime(2026, 6, 1, tzinfo=UTC)
SESSION = "80710000040A0B0C0D00"
RANGING, FIRST_APPROACH = 0x10, 0x11


class Calendar:
    """A day that can be moved on."""

    now = BEGAN

    def utc(self) -> datetime:
        return self.now


def applet_over_ble(keys: RangingKeys, settings: Settings | None = None) -> Applet:
    chosen = settings or Settings()
    return Applet((KEY,), lambda: chosen, interface=lambda s: s.interface_ble, ranging=keys)


def authenticated(applet: Applet, code: int = RANGING) -> Reader:
    vehicle = vehicle_at(applet, form=replace(CCC, code=code))
    vehicle.auth0(fast=False)
    vehicle.auth1(DEVICES)
    return vehicle


def derived(vehicle: Reader) -> bytes:
    """The URSK from the vehicle's side, by the facts: bytes 48 to 80."""
    device = ec.EllipticCurvePublicKey.from_encoded_point(P256, vehicle.device_point)
    agreed = vehicle.ephemeral.exchange(ec.ECDH(), device)
    root = X963KDF(SHA256(), 32, vehicle.transaction_id).derive(agreed)
    info = point(vehicle.ephemeral)[1:33] + vehicle.device_point[1:33] + vehicle.transaction_id
    info += b"\x5e" + vehicle.flag + b"Volatile" + bytes.fromhex("5C020100")
    return HKDF(SHA256(), 80, None, info).derive(root)[48:]


def send(vehicle: Reader, apdu: str) -> str:
    return vehicle.send(bytes.fromhex(apdu)).hex()


@pytest.mark.parametrize("code", [RANGING, FIRST_APPROACH])
def test_both_sides_derive_the_same_ranging_key(code: int) -> None:
    keys = RangingKeys(Calendar().utc)
    vehicle = authenticated(applet_over_ble(keys), code)
    assert send(vehicle, SESSION) == "9000"
    found = keys.find(KEY.key_id, 0x0A0B0C0D)
    assert found is not None
    assert bytes(found.ursk) == derived(vehicle)
    assert bytes(found.ursk).hex() not in repr(found)


def test_a_ranging_key_is_made_once_a_transaction_and_by_none_for_other_purposes() -> None:
    keys = RangingKeys(Calendar().utc)
    vehicle = authenticated(applet_over_ble(keys))
    assert [send(vehicle, SESSION), send(vehicle, SESSION)] == ["9000", "6985"]
    other = authenticated(applet_over_ble(RangingKeys(Calendar().utc)), code=1)
    assert send(other, SESSION) == "6985"


def test_the_vehicle_has_to_prove_itself_first() -> None:
    vehicle = vehicle_at(applet_over_ble(RangingKeys(Calendar().utc)), form=replace(CCC, code=16))
    vehicle.auth0(fast=False)
    assert send(vehicle, SESSION) == "6985"


@pytest.mark.parametrize("code", [RANGING, FIRST_APPROACH])
def test_no_ranging_key_is_derived_in_a_fast_transaction(code: int) -> None:
    vehicle = vehicle_at(applet_over_ble(RangingKeys(Calendar().utc)), form=replace(CCC, code=code))
    with pytest.raises(ReaderError, match="6B00"):
        vehicle.auth0(fast=True)


@pytest.mark.parametrize(
    ("apdu", "answer"),
    [
        ("80710100040A0B0C0D00", "6b00"),
        ("80710000030A0B0C00", "6700"),
        ("84710000040A0B0C0D00", "6e00"),
    ],
)
def test_malformed_commands_are_refused(apdu: str, answer: str) -> None:
    vehicle = authenticated(applet_over_ble(RangingKeys(Calendar().utc)))
    assert send(vehicle, apdu) == answer


def test_an_applet_without_a_place_for_them_does_not_know_the_command() -> None:
    assert send(authenticated(Applet((KEY,), Settings)), SESSION) == "6d00"


def test_its_class_is_a_setting_and_may_be_that_of_the_secure_channel() -> None:
    keys = RangingKeys(Calendar().utc)
    vehicle = authenticated(applet_over_ble(keys, Settings(ranging_key_class=0x84)))
    sealed = bytearray(vehicle.sealed_exchange(bytes.fromhex("0A0B0C0D")))
    sealed[1] = 0x71  # the MAC covers the data alone, see mac_covers
    answer = vehicle.send(bytes(sealed))
    assert (len(answer), answer[-2:].hex()) == (10, "9000")
    assert keys.find(KEY.key_id, 0x0A0B0C0D) is not None


def test_full_slots_have_a_status_of_their_own_and_the_transaction_goes_on() -> None:
    keys = RangingKeys(Calendar().utc)
    for session in range(8):
        keys.add(KEY.key_id, session, Secret(bytes(32)))
    vehicle = authenticated(applet_over_ble(keys))
    assert send(vehicle, SESSION) == "6484"
    vehicle.control_flow(0x01, 0x00)
    vehicle = authenticated(applet_over_ble(keys))
    assert send(vehicle, SESSION) == "9000"
    assert keys.find(KEY.key_id, 7) is not None
    assert keys.find(KEY.key_id, 0) is None  # the end of the transaction made room


def test_a_key_is_good_for_twelve_hours() -> None:
    calendar = Calendar()
    keys = RangingKeys(calendar.utc)
    keys.add(b"key", 1, Secret(bytes(32)))
    calendar.now += timedelta(hours=12) - timedelta(seconds=1)
    assert keys.find(b"key", 1) is not None
    calendar.now += timedelta(seconds=1)
    assert keys.find(b"key", 1) is None


def test_keys_of_other_holders_do_not_take_the_room() -> None:
    keys = RangingKeys(Calendar().utc)
    for session in range(8):
        keys.add(b"one", session, Secret(bytes(32)))
    with pytest.raises(SlotsFull):
        keys.add(b"one", 8, Secret(bytes(32)))
    keys.add(b"other", 8, Secret(bytes(32)))
    keys.forget_all_but(frozenset({b"other"}))
    assert [kept.session_id for kept in keys.remember()] == [8]
