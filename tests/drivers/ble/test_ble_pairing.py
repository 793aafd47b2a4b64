"""LE Secure Connections with OOB data, the vehicle as the peripheral."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from bumble.core import ProtocolError
from bumble.hci import HCI_Error
from bumble.smp import ErrorCode, OobContext

from drivers.api.ble import OobData
from drivers.api.errors import LinkLost
from drivers.ble.pairing import TIMEOUT_S
from tests.drivers.ble.central import Central
from tests.drivers.ble.radio_bench import LTK, PHONE, SPSM, VEHICLE, Bench

SMP = 0x0006
REQUEST = bytes.fromhex("01 03 01 0D 10 02 02")  # no IO, OOB data there, SC + MITM + bonding
PUBLIC_KEY = bytes.fromhex("0C") + bytes(64)
RANDOM = bytes.fromhex("04") + bytes(16)
CHECK = bytes.fromhex("0D") + bytes(16)


def _pair(bench: Bench, phone: Central) -> None:
    count = bench.ears.told.count("paired")
    context, mine = phone.oob()
    phone.pair(context, bench.ears.link.pair_oob(mine))
    bench.ears.wait("paired", count + 1)


def _prepared(bench: Bench) -> Central:
    """A phone on a link that waits for it to begin."""
    phone = bench.connected()
    phone.mute_pairing()
    bench.ears.link.pair_oob(phone.oob()[1])
    return phone


def _fails(bench: Bench, why: ErrorCode, count: int = 1) -> None:
    bench.ears.wait("pairing_failed", count)
    assert why.name in bench.ears.whys[-1]
    assert "paired" not in bench.ears.told
    assert "encrypted" not in bench.ears.told


def test_a_pairing_encrypts_and_leaves_the_bond_of_the_phone(bench: Bench) -> None:
    phone = bench.connected()
    _pair(bench, phone)
    assert bench.ears.told == ["connected", "encrypted", "paired"]
    assert bench.ears.link.encrypted
    (bond,) = bench.ears.bonds
    assert (bond.address, bond.irk) == (PHONE, phone.irk)
    assert len(bond.ltk) == 16
    assert bench.ears.times_ns == sorted(bench.ears.times_ns)


def test_the_phone_learns_the_vehicles_identity(bench: Bench) -> None:
    phone = bench.connected()
    _pair(bench, phone)
    assert phone.device.keystore is not None
    keys = phone.do(phone.device.keystore.get(VEHICLE))
    assert keys is not None
    assert keys.ltk is not None
    assert keys.ltk.value == bench.ears.bonds[0].ltk
    assert keys.irk is not None


def test_a_bond_prints_no_key(bench: Bench) -> None:
    _pair(bench, bench.connected())
    text = repr(bench.ears.bonds[0])
    assert PHONE in text
    assert "ltk" not in text
    assert "random" not in repr(OobData(bytes(16), bytes(16)))


def test_a_bond_is_not_kept_unless_its_owner_says_so(bench: Bench) -> None:
    phone = bench.connected()
    _pair(bench, phone)
    for known in (False, True):
        phone.disconnect()
        bench.ears.wait("disconnected", 1 + known)
        bench.radio.know(tuple(bench.ears.bonds) if known else ())
        bench.connected(phone)
        if known:
            phone.encrypt()
            bench.ears.wait("encrypted", 2)
        else:
            with pytest.raises(HCI_Error):
                phone.encrypt()
            assert not bench.ears.link.encrypted


@pytest.mark.parametrize("wrong", ["confirm", "random"])
def test_a_pairing_with_wrong_data_of_the_phone_fails_and_is_told(bench: Bench, wrong: str) -> None:
    phone = bench.connected()
    context, mine = phone.oob()
    theirs = bench.ears.link.pair_oob(replace(mine, **{wrong: bytes(16)}))
    with pytest.raises(ProtocolError, match="CONFIRM_VALUE_FAILED"):
        phone.pair(context, theirs)
    _fails(bench, ErrorCode.CONFIRM_VALUE_FAILED)


def test_a_pairing_with_wrong_data_of_the_vehicle_fails_and_is_told(bench: Bench) -> None:
    phone = bench.connected()
    context, mine = phone.oob()
    theirs = bench.ears.link.pair_oob(mine)
    with pytest.raises(ProtocolError, match="CONFIRM_VALUE_FAILED"):
        phone.pair(context, replace(theirs, random=bytes(16)))
    _fails(bench, ErrorCode.CONFIRM_VALUE_FAILED)


def test_after_a_failure_the_same_link_can_pair_with_fresh_data(bench: Bench) -> None:
    phone = bench.connected()
    context, mine = phone.oob()
    theirs = bench.ears.link.pair_oob(mine)
    with pytest.raises(ProtocolError):
        phone.pair(context, replace(theirs, confirm=bytes(16)))
    bench.ears.wait("pairing_failed")
    with pytest.raises(ProtocolError, match="OOB_NOT_AVAILABLE"):  # they serve once
        phone.pair(context, theirs)
    bench.ears.wait("pairing_failed", 2)
    _pair(bench, phone)
    assert bench.ears.told[-2:] == ["encrypted", "paired"]


def test_a_phone_may_pair_twice_on_one_link_and_on_two(bench: Bench) -> None:
    phone = bench.connected()
    _pair(bench, phone)
    _pair(bench, phone)
    phone.disconnect()
    bench.ears.wait("disconnected")
    bench.connected(phone)
    _pair(bench, phone)
    assert len({bond.ltk for bond in bench.ears.bonds}) == 3
    bench.radio.know(tuple(bench.ears.bonds[-1:]))
    phone.disconnect()
    bench.ears.wait("disconnected", 2)
    bench.connected(phone)
    phone.encrypt()
    bench.ears.wait("encrypted", 4)


def test_a_pairing_that_was_not_prepared_fails_and_is_told(bench: Bench) -> None:
    phone = bench.connected()
    context, mine = phone.oob()
    with pytest.raises(ProtocolError, match="OOB_NOT_AVAILABLE"):
        phone.pair(context, mine)
    _fails(bench, ErrorCode.OOB_NOT_AVAILABLE)
    assert "none was prepared" in bench.ears.whys[-1]


def test_a_phone_without_oob_data_of_the_vehicle_gets_no_pairing(bench: Bench) -> None:
    phone = bench.connected()
    context, mine = phone.oob()
    bench.ears.link.pair_oob(mine)
    with pytest.raises(ProtocolError, match="OOB_NOT_AVAILABLE"):
        phone.pair(context, None)
    _fails(bench, ErrorCode.OOB_NOT_AVAILABLE)


DOWNGRADES = {
    "legacy pairing": (REQUEST[:3] + b"\x05" + REQUEST[4:], ErrorCode.AUTHENTICATION_REQUIREMENTS),
    "no OOB data": (REQUEST[:2] + b"\x00" + REQUEST[3:], ErrorCode.OOB_NOT_AVAILABLE),
    "a key of 7 octets": (REQUEST[:4] + b"\x07" + REQUEST[5:], ErrorCode.ENCRYPTION_KEY_SIZE),
    "a request cut short": (REQUEST[:6], ErrorCode.UNSPECIFIED_REASON),
    "no request at all": (PUBLIC_KEY, ErrorCode.UNSPECIFIED_REASON),
    "nothing": (b"", ErrorCode.UNSPECIFIED_REASON),
}


@pytest.mark.parametrize(("pdu", "why"), DOWNGRADES.values(), ids=DOWNGRADES)
def test_a_weaker_pairing_is_refused(bench: Bench, pdu: bytes, why: ErrorCode) -> None:
    _prepared(bench).say(SMP, pdu)
    _fails(bench, why)


OUT_OF_ORDER = {
    "a random before the public key": [REQUEST, RANDOM],
    "a check before the public key": [REQUEST, CHECK],
    "a second request": [REQUEST, REQUEST],
    "an identity before the link is encrypted": [REQUEST, b"\x08" + bytes(16)],
    "a public key cut short": [REQUEST, PUBLIC_KEY[:40]],
    "a public key that is no point of the curve": [REQUEST, PUBLIC_KEY],
    "legacy keys": [REQUEST, b"\x06" + bytes(16)],
}


@pytest.mark.parametrize("pdus", OUT_OF_ORDER.values(), ids=OUT_OF_ORDER)
def test_steps_out_of_order_end_the_pairing(bench: Bench, pdus: list[bytes]) -> None:
    phone = _prepared(bench)
    for pdu in pdus:
        phone.say(SMP, pdu)
        bench.ears.pass_time(0.1)
    bench.ears.wait("pairing_failed", timeout_s=TIMEOUT_S / 2)
    assert bench.ears.told == ["connected", "pairing_failed"]


def test_a_public_key_on_the_heels_of_the_request_is_too_early(bench: Bench) -> None:
    """Bumble takes it for a pairing without OOB data, as long as it has not answered."""
    phone = bench.connected()
    context, mine = phone.oob()
    bench.ears.link.pair_oob(mine)
    host, acls = bench.radio_stack().host, []
    phone.mute_pairing()
    for pdu in (REQUEST, _public_key(context)):
        frame = struct.pack("<HH", len(pdu), SMP) + pdu
        acls.append(struct.pack("<BHH", 2, 0x2000 | phone.connection.handle, len(frame)) + frame)
    bench.in_radio(lambda: any(map(host.on_packet, acls)))
    bench.ears.wait("pairing_failed", timeout_s=TIMEOUT_S / 2)
    assert bench.ears.told == ["connected", "pairing_failed"]


def _public_key(context: OobContext) -> bytes:
    key = context.ecc_key
    return b"\x0c" + bytes(key.x[::-1]) + bytes(key.y[::-1])


def test_a_pairing_that_stops_fails_after_its_time(bench: Bench) -> None:
    phone = _prepared(bench)
    begun_ns = bench.clock.now_ns()
    phone.say(SMP, REQUEST)
    bench.ears.wait("pairing_failed")
    assert "no step in 30 s" in bench.ears.whys[-1]
    assert (bench.ears.times_ns[-1] - begun_ns) / 1e9 == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_bond_does_not_stand_in_for_the_key_that_is_being_made(bench: Bench, steps: int) -> None:
    """Encrypting with an old key in the middle of a pairing must not end it well."""
    phone = bench.phone()
    bench.radio.know((phone.bond(LTK),))
    bench.connected(phone)
    context, mine = phone.oob()
    bench.ears.link.pair_oob(mine)
    phone.mute_pairing()
    nothing_to_distribute = REQUEST[:5] + bytes(2)
    for pdu in (nothing_to_distribute, _public_key(context), RANDOM)[:steps]:
        phone.say(SMP, pdu)
        bench.ears.pass_time(0.1)
    phone.know(VEHICLE, LTK)
    phone.encrypt()
    bench.ears.wait("pairing_failed", timeout_s=TIMEOUT_S / 2)
    assert "paired" not in bench.ears.told


def test_the_key_of_a_pairing_whose_check_failed_is_never_used(bench: Bench) -> None:
    phone = bench.connected()
    context, mine = phone.oob()
    bench.ears.link.pair_oob(mine)
    phone.mute_pairing()
    for pdu in (REQUEST, _public_key(context), RANDOM, CHECK):
        phone.say(SMP, pdu)
        bench.ears.pass_time(0.1)
    _fails(bench, ErrorCode.DHKEY_CHECK_FAILED)
    phone.know(VEHICLE, LTK)
    with pytest.raises(HCI_Error, match="PIN_OR_KEY_MISSING"):  # not: the wrong one
        phone.encrypt()


def test_a_phone_that_stops_a_pairing_is_told_of(bench: Bench) -> None:
    phone = _prepared(bench)
    phone.say(SMP, REQUEST)
    bench.ears.pass_time(0.1)
    phone.say(SMP, bytes.fromhex("05 08"))
    _fails(bench, ErrorCode.UNSPECIFIED_REASON)


def test_oob_data_are_two_values_of_16_octets(bench: Bench) -> None:
    bench.connected()
    with pytest.raises(ValueError, match="16 octets"):
        bench.ears.link.pair_oob(OobData(bytes(16), bytes(15)))


def test_a_link_that_is_over_cannot_be_prepared(bench: Bench) -> None:
    phone = bench.connected()
    mine = phone.oob()[1]
    phone.disconnect()
    bench.ears.wait("disconnected")
    with pytest.raises(LinkLost, match=PHONE):
        bench.ears.link.pair_oob(mine)


def test_a_phone_under_a_private_address_is_paired_and_then_recognised(bench: Bench) -> None:
    phone = bench.phone(private=True)
    bench.connected(phone)
    assert bench.ears.link.peer != PHONE
    _pair(bench, phone)
    assert bench.ears.link.peer == PHONE
    assert bench.ears.bonds[0].address == PHONE
    bench.radio.know(tuple(bench.ears.bonds))
    phone.disconnect()
    bench.ears.wait("disconnected")
    bench.connected(phone)
    assert bench.ears.link.peer == PHONE
    phone.encrypt()
    bench.ears.wait("encrypted", 2)
    phone.open(SPSM)
    bench.ears.wait("channel_opened")
