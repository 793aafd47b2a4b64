"""The messages of owner pairing: published bytes both ways, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.digital_key import pairing_messages as m
from rig.digital_key.apdu import Command, decode_command
from rig.digital_key.errors import Malformed
from rig.digital_key.records import TlvRecord

AID = "A000000809 434343444B467631"
SCRYPT = "C010 D96A3B251CAD2B49962B7E096EE8656A C104 00001000 C202 0008 C302 0001"
POINT = "04" + "11" * 64

COMMANDS = {
    "SELECT": (m.select_command(), f"00A40400 0D {AID} 00"),
    "SPAKE2+ REQUEST, published sample": (
        m.spake2_request_command(
            m.Spake2Request(
                spake2_version=b"\x01\x00",
                applet_versions=b"\x01\x00",
                bluetooth_versions=None,
                scrypt=m.ScryptFields(
                    bytes.fromhex("D96A3B251CAD2B49962B7E096EE8656A"),
                    (4096).to_bytes(4, "big"),
                    b"\x00\x08",
                    b"\x00\x01",
                ).encode(),
                brand=b"\x00\x03",
            )
        ),
        f"80300000 2F 5B020100 5C020100 7F50 20 {SCRYPT} D6020003 00",
    ),
    "SPAKE2+ VERIFY": (
        m.spake2_verify_command(m.VerifyRequest(bytes.fromhex(POINT), bytes(16))),
        f"80320000 55 5241 {POINT} 5710 {'00' * 16} 00",
    ),
    "WRITE DATA": (m.write_data_command(b"\xab", last=False), "84D40000 01 AB 00"),
    "WRITE DATA, the last": (m.write_data_command(b"\xab", last=True), "84D48000 01 AB 00"),
    "GET DATA of a certificate": (
        m.get_data_command(m.DataTag.CERTIFICATE_1),
        "84CA0000 02 7F20 00",
    ),
    "GET DATA of the information": (
        m.get_data_command(m.DataTag.DEVICE_INFORMATION),
        "84CA0000 01 D3 00",
    ),
    "GET RESPONSE": (m.get_response_command(), "84C00000 00"),
    "OP CONTROL FLOW": (m.op_control_flow_command(m.Flow.KEY_DATA_SENT), "803C1001 00"),
    "OP CONTROL FLOW, abort": (m.op_control_flow_command(m.Flow.BAD_POINT), "803C120C 00"),
}


@pytest.mark.parametrize(("command", "wire"), COMMANDS.values(), ids=COMMANDS)
def test_a_command_is_its_bytes_both_ways(command: Command, wire: str) -> None:
    assert command.encode() == bytes.fromhex(wire)
    assert decode_command(bytes.fromhex(wire)) == command


RECORDS: dict[str, tuple[TlvRecord, str]] = {
    "SELECT answer": (
        m.FrameworkSelected(b"\x01\x00", b"\x01\x00", b"\x02"),
        "5A020100 5C020100 D40102",
    ),
    "REQUEST answer": (m.Spake2Response(bytes.fromhex(POINT)), f"5041 {POINT}"),
    "VERIFY answer": (m.VerifyResponse(bytes(16)), "5810" + "00" * 16),
    "key creation data": (
        m.KeyCreationData(b"a", b"b", None, b"d", b"e"),
        "7F4A0161 7F4B0162 7F4D0164 7F4E0165 5F5F00",
    ),
    "with an intermediate certificate": (
        m.KeyCreationData(b"a", b"b", b"c", b"d", b"e"),
        "7F4A0161 7F4B0162 7F4C0163 7F4D0164 7F4E0165 5F5F00",
    ),
    "closing data": (m.ClosingData(), "5F5F00"),
    "closing data with attestation": (m.ClosingData(b"\x01\x02"), "5F5A020102 5F5F00"),
    "configuration with Bluetooth": (
        m.ConfigurationFields(m.BluetoothFields(bytes(16), bytes(6)).encode(), b"\x01"),
        f"7F49 1A D010 {'00' * 16} D106 {'00' * 6} D90101",
    ),
    "configuration without": (m.ConfigurationFields(None, b"\x01"), "D90101"),
}


@pytest.mark.parametrize(("record", "wire"), RECORDS.values(), ids=RECORDS)
def test_a_record_is_its_bytes_both_ways(record: TlvRecord, wire: str) -> None:
    assert record.encode() == bytes.fromhex(wire)
    assert type(record).decode(bytes.fromhex(wire)) == record


REFUSED: dict[str, tuple[type[TlvRecord], str]] = {
    "no mode": (m.FrameworkSelected, "5A020100 5C020100"),
    "a wide mode": (m.FrameworkSelected, "5A020100 5C020100 D4020002"),
    "versions swapped": (m.FrameworkSelected, "5C020100 5A020100 D40102"),
    "a short share": (m.Spake2Response, "5040" + "11" * 64),
    "something after the share": (m.Spake2Response, f"5041{POINT} 5100"),
    "a selected version after the share": (m.Spake2Response, f"5041{POINT} 5F020101"),
    "short evidence": (m.VerifyResponse, "580F" + "00" * 15),
    "vehicle certificate first": (
        m.KeyCreationData,
        "7F4B0162 7F4A0161 7F4D0164 7F4E0165 5F5F00",
    ),
    "no end": (m.KeyCreationData, "7F4A0161 7F4B0162 7F4D0164 7F4E0165"),
    "an end with data": (m.ClosingData, "5F5F0100"),
    "an empty certificate": (m.KeyCreationData, "7F4A0161 7F4B00 7F4D0164 7F4E0165 5F5F00"),
}


@pytest.mark.parametrize(("kind", "wire"), REFUSED.values(), ids=REFUSED)
def test_a_record_that_breaks_its_layout_is_refused(kind: type[TlvRecord], wire: str) -> None:
    with pytest.raises(Malformed):
        kind.decode(bytes.fromhex(wire))


@settings(deadline=None)
@given(st.binary(max_size=80), st.sampled_from([kind for kind, _ in REFUSED.values()]))
def test_noise_is_refused_or_reads_as_what_it_writes(noise: bytes, kind: type[TlvRecord]) -> None:
    try:
        record = kind.decode(noise)
    except Malformed:
        return
    assert record.encode() == noise


def test_versions_come_one_by_one_without_a_stray_half() -> None:
    assert m.versions_in(bytes.fromhex("0101010002")) == (b"\x01\x01", b"\x01\x00")


def test_only_codes_that_begin_with_12_abort() -> None:
    assert {flow for flow in m.Flow if flow.aborts} == {f for f in m.Flow if f >> 8 == 0x12}
    assert not m.Flow.PAIRED_NOT_TRACKED.aborts
    assert {f"{flow:04X}" for flow in m.Flow} == {
        *(f"10{p2}" for p2 in ("01", "02", "03", "0F")),
        "1111",
        *(f"12{p2:02X}" for p2 in range(0x0E)),
        "127F",
    }
