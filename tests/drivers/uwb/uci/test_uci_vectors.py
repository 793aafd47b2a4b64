"""UCI messages against the frames of the facts: bytes to values, and back to the same bytes."""

from __future__ import annotations

import pytest

from drivers.uwb.uci import ccc, control, core, session
from drivers.uwb.uci.capabilities import fira_capabilities
from drivers.uwb.uci.codes import DeviceState, SessionState, SessionType, Status
from drivers.uwb.uci.header import Header, LengthForm
from drivers.uwb.uci.messages import decoder, encode
from drivers.uwb.uci.opcodes import Message
from drivers.uwb.uci.profiles import PICA, QORVO
from drivers.uwb.uci.session import Controlee, ControleeStatus
from drivers.uwb.uci.tlv import NxpTlv, TagStatus, Tlv
from drivers.uwb.uci.two_way import ExtendedTwoWay, SessionInfo, ShortTwoWay

# google/pica with its target at 2.50 m and +90 degrees (facts 1.6); it counts whole degrees.
GOLDEN = (
    "62 00 00 38 00000000 44332211 00 00000000 01 00 00 0000000000000000 01"
    "0100 00 00 fa00 5a00 64 0000 64 a6ff 64 0000 64 00 ff" + "00" * 11
)
GOLDEN_VALUES = SessionInfo(
    sequence=0,
    token=0x11223344,
    rcr=0,
    interval_ms=0,
    kind=1,
    reserved=0,
    mac_mode=0,
    primary_session=0,
    reserved_2=0,
    measurements=(
        ShortTwoWay(
            address=1,
            status=Status.OK,
            nlos=0,
            distance_cm=250,
            azimuth_q7=90,
            azimuth_fom=100,
            elevation_q7=0,
            elevation_fom=100,
            peer_azimuth_q7=-90,
            peer_azimuth_fom=100,
            peer_elevation_q7=0,
            peer_elevation_fom=100,
            slot_in_error=0,
            rssi=0xFF,
        ),
    ),
)

# DWM3001CDK's answer to GET_CAPS_INFO behind its status (facts 2).
CAPABILITIES = (
    "1a 00 02 03 01 01 02 ff 00 02 04 02 00 02 00 03 04 02 00 02 00 04 01 03 05 02 03 00"
    "06 02 1e 00 07 01 19 08 01 03 09 01 02 0a 01 02 0b 01 01 0c 01 01 0d 01 01 0e 01 09"
    "0f 01 0a 10 01 01 11 01 3f 12 05 0000000000 13 01 00 14 01 00 15 01 00 16 01 02"
    "17 01 00 18 01 00 19 01 00"
)

# DWM3001CDK's device info (facts 2); what the facts leave out of its 52 vendor octets is zero here.
VENDOR = bytes.fromhex("010100") + bytes(43) + b"PV4X20"
DEVICE_INFO = "40 02 00 3e 00 0200 0200 0200 0110 34" + VENDOR.hex()

VECTORS: dict[str, tuple[str, Message]] = {
    "pica's golden measurement": (GOLDEN, GOLDEN_VALUES),
    "device info": (
        DEVICE_INFO,
        core.DeviceInfo(Status.OK, b"\2\0", b"\2\0", b"\2\0", b"\1\x10", VENDOR),
    ),
    "reset": ("20 00 00 01 00", core.DeviceReset()),
    "reset answer": ("40 00 00 01 00", core.DeviceResetAnswer(Status.OK)),
    "ready": ("60 01 00 01 01", core.DeviceStatus(DeviceState.READY)),
    "get device info": ("20 02 00 00", core.GetDeviceInfo()),
    "NXP asks to retry": ("60 07 00 01 0a", core.GenericError(Status.COMMAND_RETRY)),
    "timestamp": ("40 08 00 09 00 0807060504030201", core.Timestamp(0, 0x0102030405060708)),
    "init": ("21 00 00 05 78563412 a0", session.SessionInit(0x12345678, SessionType.CCC)),
    "init, FiRa 1": ("41 00 00 01 00", session.SessionInitAnswer(Status.OK)),
    "init, FiRa 2": ("41 00 00 05 00 01000000", session.SessionInitAnswer(Status.OK, 1)),
    "session idle": (
        "61 02 00 06 04030201 03 00",
        session.SessionStatus(0x01020304, SessionState.IDLE, 0),
    ),
    "set app config": (
        "21 03 00 0c 04030201 02 04 01 09 08 02 6009",
        session.SetAppConfig(0x01020304, (Tlv(0x04, b"\x09"), Tlv(0x08, b"\x60\x09"))),
    ),
    "refused app config": (
        "41 03 00 04 04 01 04 04",
        session.SetAppConfigAnswer(Status.INVALID_PARAM, (TagStatus(4, 4),)),
    ),
    "add a controlee": (
        "21 07 00 0c 01000000 00 01 3412 02000000",
        session.UpdateMulticastList(1, 0, (Controlee(0x1234, 2),)),
    ),
    "controlee added": (
        "61 07 00 08 01000000 01 3412 00",
        session.MulticastListUpdated(1, (ControleeStatus(0x1234, 0),)),
    ),
    "data size": ("41 0b 00 06 01000000 0004", session.DataSize(1, 1024)),
    "start": ("22 00 00 04 04030201", control.SessionStart(0x01020304)),
    "start unconfigured": ("42 00 00 01 15", control.SessionStartAnswer(0x15)),
    "resume": ("22 21 00 04 04030201", ccc.RangeResume(0x01020304)),
    "CCC range of a responder": (
        "62 20 00 17 78563412 00 15cd5b07 0300 fa00 64 50 ffffffffffffffff",
        ccc.CccRange(0x12345678, 0, 0x075BCD15, 3, 250, 0x64, 0x50),
    ),
    "load of the device": ("41 20 00 02 00 04", ccc.RanMultiplier(0, 4)),
}


@pytest.mark.parametrize(("frame", "values"), VECTORS.values(), ids=VECTORS)
def test_a_frame_has_these_values_and_they_have_that_frame(frame: str, values: Message) -> None:
    data = bytes.fromhex(frame)
    header = Header.decode(data[:4], LengthForm.OCTET)
    assert header.length == len(data) - 4
    assert decoder()(header.opcode, data[4:]) == values
    assert encode(values).segments(LengthForm.OCTET) == [data]


def test_the_captured_capabilities_are_all_known_and_encode_back() -> None:
    payload = b"\0" + bytes.fromhex(CAPABILITIES)
    found = core.Capabilities.decode(payload)
    assert found.encode() == payload
    assert len(found.elements) == 26
    by_name = fira_capabilities(found.elements, QORVO)
    assert len(by_name) == 26
    assert by_name["max_message"] == bytes.fromhex("0301")
    assert by_name["channels"] == b"\x09"  # 5 and 9
    assert by_name["device_roles"] == b"\x03\x00"
    assert not fira_capabilities(found.elements, PICA)  # numbers them otherwise


def test_captured_versions_read_as_numbers() -> None:
    info = core.DeviceInfo.decode(bytes.fromhex(DEVICE_INFO)[4:])
    assert [info.version(of) for of in ("uci", "mac", "phy", "uci_test")] == [
        "2.0.0",
        "2.0.0",
        "2.0.0",
        "1.1.0",
    ]


def test_extended_addresses_take_the_place_of_reserved_octets() -> None:
    long = ExtendedTwoWay(0x0102030405060708, 0, 0, 250, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert ExtendedTwoWay.size == ShortTwoWay.size == 31
    assert long.encode().hex() == "0807060504030201" + "0000" + "fa00" + "00" * 14 + "00" * 5


def test_both_roles_read_their_own_half_of_the_ccc_notification() -> None:
    data = ccc.CccRange(1, 0x2F, 5, 0, 0xFFFF, 0x03, 0x80)
    assert (data.status_as_responder, data.status_as_initiator) == (0x2, 0xF)
    assert data.responders == 0x8003FFFF


def test_nxp_has_tags_of_two_octets_in_the_device_configuration() -> None:
    values = core.NxpSetConfig((NxpTlv(0x01, b"\0"), NxpTlv(0xE402, b"\x05")))
    frame = bytes.fromhex("20 04 00 08 02 01 01 00 e402 01 05")
    assert encode(values).segments(LengthForm.EXTENDED) == [frame]
    header = Header.decode(frame[:4], LengthForm.EXTENDED)
    assert decoder("nxp")(header.opcode, frame[4:]) == values


def test_keys_do_not_print() -> None:
    key = b"\xaa" * 32
    for holder in (
        Tlv(0xAA, key),
        session.SetAppConfig(1, (Tlv(0xAA, key),)),
        session.UpdateMulticastList(1, 3, (session.LongKeyedControlee(1, 2, key),)),
        encode(session.SetAppConfig(1, (Tlv(0xAA, key),))),
    ):
        assert "aa" * 4 not in repr(holder)
        assert "\\xaa" not in repr(holder)
