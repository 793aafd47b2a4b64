"""Whole transactions with the applet, by a vehicle that owes nothing to the project."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from drivers.sim.phone.applet import Applet
from rig.digital_key.messages import Outcome
from rig.digital_key.settings import Settings
from tests.drivers.sim.phone.applet_bench import (
    DEVICE,
    DEVICES,
    SELECT,
    SLOT,
    TOKEN,
    VEHICLE_ID,
    applet_with,
    ccc_key,
    vehicle_at,
)
from tests.home_key.independent_reader import CCC, P256, ReaderError


def enrolled(applet: Applet) -> bytes:
    """Run one standard transaction; return Kpersistent."""
    vehicle = vehicle_at(applet)
    vehicle.auth0(fast=False)
    persistent = vehicle.auth1(DEVICES).persistent
    vehicle.control_flow(0x01, 0x00)
    return persistent


@pytest.mark.parametrize("p1", [0x00, 0x04])
def test_a_standard_transaction_identifies_the_device(p1: int) -> None:
    applet = applet_with()
    vehicle = vehicle_at(applet)
    assert vehicle.auth0(fast=False, p1=p1) is None
    device = vehicle.auth1(DEVICES)
    assert device.slot == SLOT
    assert device.mailboxes == {0x4A: TOKEN, 0x4B: b"\x01"}
    assert vehicle.exchange(bytes.fromhex("870400000002")).hex() == "0002010200020000"
    vehicle.control_flow(0x01, 0x00)
    assert applet.last_outcome is Outcome.SUCCESS


def test_both_mac_variants_work_end_to_end() -> None:
    applet = applet_with(Settings(mac_covers="header_and_status"))
    vehicle = vehicle_at(applet, form=replace(CCC, mac_over_header=True))
    vehicle.auth0(fast=False)
    vehicle.auth1(DEVICES)
    assert vehicle.exchange(bytes.fromhex("870400000001")).hex() == "00010100020000"
    other = vehicle_at(applet)
    other.auth0(fast=False)
    with pytest.raises(ReaderError, match="R-MAC"):
        other.auth1(DEVICES)


def test_a_fast_transaction_needs_a_standard_one_before_it() -> None:
    applet = applet_with()
    assert vehicle_at(applet).auth0(fast=True) is None
    persistent = enrolled(applet)
    vehicle = vehicle_at(applet)
    cryptogram = vehicle.auth0(fast=True)
    assert cryptogram is not None
    assert vehicle.match_fast(cryptogram, persistent, DEVICE.public.point)
    assert vehicle.exchange(bytes.fromhex("870400000001")).hex() == "00010100020000"
    vehicle.control_flow(0x01, 0x00)
    assert applet.last_outcome is Outcome.SUCCESS


def test_each_standard_transaction_makes_a_new_fast_secret() -> None:
    applet = applet_with()
    old, new = enrolled(applet), enrolled(applet)
    vehicle = vehicle_at(applet)
    cryptogram = vehicle.auth0(fast=True)
    assert cryptogram is not None
    assert not vehicle.match_fast(cryptogram, old, DEVICE.public.point)
    assert vehicle.match_fast(cryptogram, new, DEVICE.public.point)


def test_each_vehicle_has_its_own_fast_secret() -> None:
    other_id = bytes(8)
    applet = applet_with(None, ccc_key(), ccc_key(other_id))
    enrolled(applet)
    assert vehicle_at(applet).auth0(fast=True) is not None
    assert vehicle_at(applet, vehicle_id=other_id).auth0(fast=True) is None


def test_starting_the_engine_is_never_fast() -> None:
    applet = applet_with()
    enrolled(applet)
    assert vehicle_at(applet, form=replace(CCC, code=0x04)).auth0(fast=True) is None


def test_a_dummy_cryptogram_matches_no_secret() -> None:
    applet = applet_with(Settings(fast_without_secret="dummy"))  # noqa: S106 - a setting's name
    vehicle = vehicle_at(applet)
    cryptogram = vehicle.auth0(fast=True)
    assert cryptogram is not None
    assert not vehicle.match_fast(cryptogram, bytes(32), DEVICE.public.point)
    assert vehicle.auth1(DEVICES).slot == SLOT


def test_an_unknown_vehicle_is_refused_or_learns_nothing() -> None:
    with pytest.raises(ReaderError, match="6A88"):
        vehicle_at(applet_with(), vehicle_id=bytes(8)).auth0(fast=True)
    dummy = applet_with(Settings(unknown_vehicle="dummy"))
    vehicle = vehicle_at(dummy, vehicle_id=bytes(8))
    assert vehicle.auth0(fast=True) is not None
    with pytest.raises(ReaderError, match="6982"):
        vehicle.auth1(DEVICES)


def test_a_wrong_vehicle_signature_has_the_status_of_the_settings() -> None:
    applet = applet_with(Settings(bad_vehicle_signature_status=0x6402))
    vehicle = vehicle_at(applet, key=ec.generate_private_key(P256))
    vehicle.auth0(fast=False)
    with pytest.raises(ReaderError, match="6402"):
        vehicle.auth1(DEVICES)
    with pytest.raises(ReaderError, match="6985"):
        vehicle.auth1(DEVICES)


def test_a_refused_vehicle_leaves_no_fast_secret() -> None:
    applet = applet_with()
    vehicle = vehicle_at(applet, key=ec.generate_private_key(P256))
    vehicle.auth0(fast=False)
    with pytest.raises(ReaderError):
        vehicle.auth1(DEVICES)
    assert vehicle_at(applet).auth0(fast=True) is None


def test_a_replayed_auth1_is_refused() -> None:
    heard: list[bytes] = []
    applet = applet_with()
    vehicle = vehicle_at(applet)
    send = vehicle.send

    def recorded(apdu: bytes) -> bytes:
        heard.append(apdu)
        return send(apdu)

    vehicle.send = recorded
    vehicle.auth0(fast=False)
    vehicle.auth1(DEVICES)
    applet.reset()
    answers = [applet.process(apdu) for apdu in [bytes.fromhex(SELECT), *heard]]
    assert [answer[-2:].hex() for answer in answers] == ["9000", "9000", "6982"]


def test_an_altered_exchange_ends_the_transaction() -> None:
    applet = applet_with()
    vehicle = vehicle_at(applet)
    vehicle.auth0(fast=False)
    vehicle.auth1(DEVICES)
    altered = bytearray(vehicle.sealed_exchange(bytes.fromhex("870400000001")))
    altered[6] ^= 1
    assert applet.process(bytes(altered)).hex() == "6988"
    assert applet.process(bytes.fromhex("803C0100")).hex() == "6985"
    assert applet.last_outcome is None


def test_an_answer_longer_than_256_bytes_is_fetched() -> None:
    vehicle = vehicle_at(applet_with())
    vehicle.auth0(fast=False)
    vehicle.auth1(DEVICES)
    answer = vehicle.exchange(bytes.fromhex("870400000100"))
    assert answer[:4].hex() == "01000102"
    assert len(answer) == 2 + 256 + 4


def test_what_the_vehicle_writes_survives_the_field() -> None:
    applet = applet_with()
    vehicle = vehicle_at(applet)
    vehicle.auth0(fast=False)
    vehicle.auth1(DEVICES)
    assert vehicle.exchange(bytes.fromhex("8A030000 77")).hex() == "00020000"
    again = vehicle_at(applet)
    again.auth0(fast=False)
    assert again.auth1(DEVICES).mailboxes[0x4B] == b"\x77"


def test_the_field_going_ends_the_transaction() -> None:
    applet = applet_with()
    vehicle = vehicle_at(applet)
    vehicle.auth0(fast=False)
    applet.reset()
    with pytest.raises(ReaderError, match="6985"):
        vehicle.auth1(DEVICES)


def test_what_comes_next_does_not_end_a_transaction_and_an_end_does() -> None:
    applet = applet_with()
    vehicle = vehicle_at(applet)
    vehicle.auth0(fast=False)
    vehicle.auth1(DEVICES)
    vehicle.control_flow(0x40, 0x88)
    shown = [applet.last_outcome]
    vehicle.exchange(bytes.fromhex("870400000001"))
    vehicle.control_flow(0x01, 0x90)
    shown.append(applet.last_outcome)
    assert shown == [Outcome.TRACKING_IN_DEVICE, Outcome.KEY_TRACKED]
    with pytest.raises(ReaderError, match="6985"):
        vehicle.exchange(bytes.fromhex("870400000001"))


def test_a_vehicle_may_fail_before_auth1_but_not_succeed() -> None:
    applet = applet_with()
    vehicle = vehicle_at(applet)
    vehicle.auth0(fast=False)
    with pytest.raises(ReaderError, match="6985"):
        vehicle.control_flow(0x01, 0x00)
    vehicle = vehicle_at(applet)
    vehicle.auth0(fast=False)
    vehicle.control_flow(0x00, 0x01)
    assert applet.last_outcome is Outcome.KEY_NOT_FOUND


def test_vehicle_id_is_part_of_what_is_signed() -> None:
    """The signature of one vehicle does not serve for another with the same key."""
    applet = applet_with(None, ccc_key(), ccc_key(bytes(8)))
    vehicle = vehicle_at(applet)
    vehicle.auth0(fast=False)
    vehicle.identifier = bytes(8)
    with pytest.raises(ReaderError, match="6982"):
        vehicle.auth1(DEVICES)
    assert bytes(8) != VEHICLE_ID


def test_settings_are_read_again_at_each_select() -> None:
    settings = Settings()
    applet = Applet([ccc_key()], lambda: settings)
    with pytest.raises(ReaderError, match="6A88"):
        vehicle_at(applet, vehicle_id=bytes(8)).auth0(fast=False)
    settings = Settings(unknown_vehicle_status=0x6400)
    with pytest.raises(ReaderError, match="6400"):
        vehicle_at(applet, vehicle_id=bytes(8)).auth0(fast=False)
