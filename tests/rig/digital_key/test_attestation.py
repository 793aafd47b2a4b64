"""Entitlements, attestations and receipts: known ones, both ways, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key import attestation as a
from rig.digital_key.errors import DigitalKeyError, Malformed

POINT = bytes.fromhex("04") + bytes(range(64))
ENTITLEMENT = a.Entitlement(
    vehicle_id=bytes.fromhex("0011223344556677"),
    slot=bytes.fromhex("A1A2A3A4A5A6A7A8"),
    device_key=POINT,
    functions=bytes((a.MAY_UNLOCK | a.MAY_START,)),
    not_before=(1_780_000_000).to_bytes(8, "big"),
    not_after=(1_790_000_000).to_bytes(8, "big"),
)
RESTRICTED = replace(
    ENTITLEMENT,
    hours=bytes.fromhex("021C 03FC 1F"),
    areas=bytes.fromhex("1CB2A3C0 06E4C0F0 000003E8"),
    top_speed=bytes.fromhex("0082"),
    volume=bytes.fromhex("32"),
)
PLAIN_BYTES = (
    "4D 08 0011223344556677 4E 08 A1A2A3A4A5A6A7A8 86 41 "
    + POINT.hex()
    + "80 01 03 81 08 000000006A18A500 82 08 000000006AB13B80"
)
RESTRICTION_BYTES = "83 05 021C03FC1F 84 0C 1CB2A3C006E4C0F0000003E8 85 02 0082 88 01 32"


def test_an_entitlement_has_the_bytes_of_the_lab_layout() -> None:
    assert ENTITLEMENT.encode() == bytes.fromhex(PLAIN_BYTES)
    assert RESTRICTED.encode() == bytes.fromhex(PLAIN_BYTES + RESTRICTION_BYTES)
    assert a.Entitlement.decode(RESTRICTED.encode()) == RESTRICTED


def test_hours_are_minutes_of_the_day_and_days_of_the_week() -> None:
    office = a.WireHours(begin_min=9 * 60, end_min=17 * 60, weekdays=0b0011111)
    assert office.encode() == bytes.fromhex("021C 03FC 1F")
    assert a.hours_in(office.encode() * 2) == (office, office)


def test_areas_are_circles_and_may_lie_in_the_south_and_west() -> None:
    sydney = a.WireArea(latitude=-338_688_000, longitude=1_512_093_000, radius_m=1000)
    assert a.areas_in(sydney.encode()) == (sydney,)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        pytest.param(a.hours_in, "", id="no hours"),
        pytest.param(a.hours_in, "021C 03FC", id="cut hours"),
        pytest.param(a.hours_in, "05A0 03FC 1F", id="minute 1440"),
        pytest.param(a.hours_in, "021C 03FC 00", id="no weekday"),
        pytest.param(a.hours_in, "021C 03FC 80", id="an eighth day"),
        pytest.param(a.areas_in, "00" * 11, id="cut area"),
        pytest.param(a.areas_in, "00" * 12, id="no radius"),
        pytest.param(a.areas_in, "7FFFFFFF 00000000 00000001", id="north of the pole"),
        pytest.param(a.Entitlement.decode, PLAIN_BYTES[:-2], id="cut entitlement"),
        pytest.param(a.Entitlement.decode, PLAIN_BYTES + "85 01 82", id="speed of one byte"),
        pytest.param(a.Entitlement.decode, PLAIN_BYTES + "83 00", id="empty hours"),
        pytest.param(a.Attestation.decode, "7F66 01 00", id="unsigned"),
    ],
)
def test_what_breaks_the_layout_is_refused(read: object, value: str) -> None:
    with pytest.raises(Malformed):
        read(bytes.fromhex(value))  # type: ignore[operator]


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_protocol_error(data: bytes) -> None:
    for read in (a.hours_in, a.areas_in, a.Entitlement.decode, a.Attestation.decode):
        try:
            read(data)
        except DigitalKeyError:
            continue


def test_a_receipt_signs_everything_but_its_signature() -> None:
    receipt = a.TrackingReceipt(
        bytes(8), bytes(20), b"\x00\x01", b"\x05", bytes(8), signature=bytes(64)
    )
    assert a.TrackingReceipt.decode(receipt.encode()) == receipt
    signed = a.tracked(receipt)
    assert a.tracked(replace(receipt, signature=b"\x01" * 64)) == signed
    for field, value in {
        "vehicle_id": b"\x01" * 8,
        "key_id": b"\x01" * 20,
        "slot_number": b"\x00\x02",
        "slot": b"\x06",
        "tracked_at": b"\x01" * 8,
    }.items():
        assert a.tracked(replace(receipt, **{field: value})) != signed, field
