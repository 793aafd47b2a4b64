"""DK messages over Bluetooth LE: captured bytes both ways, and what is refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key import ble_messages as m
from rig.digital_key.ble_fields import Flag, ListedOctets, Octets, Rest
from rig.digital_key.ble_ranging_messages import RANGING_MESSAGES
from rig.digital_key.ble_service_messages import SERVICE_MESSAGES
from rig.digital_key.errors import Malformed
from rig.digital_key.settings import Settings

APDU = "00A404000D A000000809434343444B417631 00"
RANDOM = "22" * 16

# The first three are captures and samples that others published (facts 5.2, 5.3).
MESSAGES: dict[str, tuple[m.DkMessage, str]] = {
    "Time_Sync, captured": (
        m.TimeSync(49846, 108_407_019_930, 0x6F, True, 100, True, 1),
        "05 0D 0017 000000000000C2B6 000000193D8FD99A 6F 01 0064 01 0001",
    ),
    "Suspend_RQ, captured": (m.SuspendRequest(0x6CC6BA83), "02 07 0004 6CC6BA83"),
    "DK_APDU_RQ, published": (
        m.ApduRequest(m.ApduKind.SECURE_ELEMENT, bytes.fromhex(APDU)),
        f"01 0B 0013 {APDU}",
    ),
    "DK_APDU_RQ for the framework": (
        m.ApduRequest(m.ApduKind.FRAMEWORK, bytes.fromhex("80300000")),
        "00 0B 0004 80300000",
    ),
    "DK_APDU_RS": (
        m.ApduResponse(m.ApduKind.SECURE_ELEMENT, b"\x90\x00"),
        "01 0C 0002 9000",
    ),
    "Ranging_Capability_RQ": (
        m.RangingCapabilityRequest((0x0100, 0x0101), (0, 1), bytes.fromhex("0011")),
        "02 01 000D 04 0100 0101 04 0000 0001 02 00 11",
    ),
    "Ranging_Capability_RS": (
        m.RangingCapabilityResponse(0x0100, 1, 0x11),
        "02 02 0005 0100 0001 11",
    ),
    "Ranging_Session_RQ": (
        m.RangingSessionRequest(0x0100, 1, 0x12345678, 0x11, m.ChannelBit.CHANNEL_9),
        "02 03 000A 0100 0001 12345678 11 02",
    ),
    "Ranging_Session_RS": (
        m.RangingSessionResponse(1, 0x0C, 0x00000100, 9, 0xD0),
        "02 04 0008 01 0C 00000100 09 D0",
    ),
    "Ranging_Session_Setup_RQ": (
        m.RangingSetupRequest(2, 6, 4, 8, 0x00000100, 0x50),
        "02 05 0009 02 06 04 08 00000100 50",
    ),
    "Ranging_Session_Setup_RS": (
        m.RangingSetupResponse(0x075BCD15, 1_000_000, 0x4C5772BC, 9),
        "02 06 0011 075BCD15 00000000000F4240 4C5772BC 09",
    ),
    "Suspend_RS": (m.SuspendResponse(m.SuspendStatus.DELAYED), "02 08 0001 01"),
    "Recovery_RQ": (m.RecoveryRequest(1), "02 09 0004 00000001"),
    "Recovery_RS": (m.RecoveryResponse(16, 17), "02 0A 000C 00000010 0000000000000011"),
    "Configurable_Recovery_RQ": (
        m.ConfigurableRecoveryRequest(1, 10),
        "02 12 0005 00000001 0A",
    ),
    "Configurable_Recovery_RS": (
        m.ConfigurableRecoveryResponse(10, 16, 17),
        "02 13 000D 0A 00000010 0000000000000011",
    ),
    "First_Approach_RQ": (
        m.FirstApproachRequest(b"\xc4" * 6, b"\x11" * 16, b"\x22" * 16),
        f"05 0E 0026 C4C4C4C4C4C4 {'11' * 16} {RANDOM}",
    ),
    "First_Approach_RS": (
        m.FirstApproachResponse(b"\xc5" * 6, b"\x11" * 16, b"\x22" * 16),
        f"05 0F 0026 C5C5C5C5C5C5 {'11' * 16} {RANDOM}",
    ),
    "Pass-through": (m.PassThrough(b"\x01"), "04 10 0001 01"),
    "Pass-through of nothing": (m.PassThrough(b""), "04 10 0000"),
    "RKE_Auth_RQ": (m.RkeAuthRequest(b"\x33" * 16), f"05 14 0010 {'33' * 16}"),
    "RKE_Auth_RS": (m.RkeAuthResponse(b"\x44" * 64), f"05 15 0040 {'44' * 64}"),
    "Event, URSK not found": (
        m.Event(m.EventCategory.RANGING_STATUS, m.RangingStatus.URSK_NOT_FOUND),
        "03 11 0002 02 01",
    ),
    "Event, owner pairing wanted": (
        m.Event(m.EventCategory.COMMAND_COMPLETE, m.CommandComplete.REQUEST_OWNER_PAIRING),
        "03 11 0002 01 04",
    ),
    "Event, a code nobody documented": (
        m.Event(m.EventCategory.RANGING_STATUS, 0x7E),
        "03 11 0002 02 7E",
    ),
    "Event, head unit": (m.Event(m.EventCategory.HEAD_UNIT, 1, b"\x02"), "03 11 0003 06 01 02"),
    "Event, remote function wanted": (
        m.remote_request(m.RemoteFunction.CENTRAL_LOCKING, m.UNLOCK),
        "03 11 000B 05 7F7007 80020001 810101",
    ),
    "Event, remote function done": (
        m.remote_status(m.RemoteFunction.TRUNK, m.TRUNK_OPEN, m.RemoteStatus.OK),
        "03 11 000E 04 7F710A 80020110 810101 820100",
    ),
}


@pytest.mark.parametrize(("message", "wire"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_is_its_bytes_both_ways(message: m.DkMessage, wire: str) -> None:
    assert m.encode(message) == bytes.fromhex(wire)
    assert m.decode(bytes.fromhex(wire)) == message


REFUSED = {
    "nothing": ("", "0 bytes are no DK message"),
    "half a header": ("02 07 00", "3 bytes are no DK message"),
    "cut short": ("02 07 0004 6CC6BA", "type 02 id 07 announces 4 bytes and has 3"),
    "a byte too many": ("02 07 0004 6CC6BA83 00", "type 02 id 07 announces 4 bytes and has 5"),
    "too long for its kind": ("02 07 0005 6CC6BA83 00", "type 02 id 07: .* 1 bytes left over"),
    "too short for its kind": ("02 07 0003 6CC6BA", "SuspendRequest.session_id: 3 bytes left"),
    "unknown id": ("02 7F 0000", "type 02 id 7F: it is not known"),
    "unknown type": ("1F 07 0004 6CC6BA83", "type 1F id 07: it is not known"),
    "reserved bits of the type": ("22 07 0004 6CC6BA83", "type 22 id 07: it is not known"),
    "an id of another type": ("05 07 0004 6CC6BA83", "type 05 id 07: it is not known"),
    "an APDU of a type without": ("02 0B 0004 80300000", "type 02 id 0B: it is not known"),
    "not ranging, but its type": ("01 07 0004 6CC6BA83", "type 01 id 07: it is not known"),
    "head unit pairing": ("06 17 0000", "type 06 id 17: it is not known"),
    "an APDU too short": ("01 0B 0003 00A404", "ApduRequest.apdu: 3 bytes, not 4 or more"),
    "an answer without status": ("01 0C 0001 90", "ApduResponse.apdu: 1 bytes"),
    "an empty list": ("02 01 0006 00 02 0000 01 00", "versions: 0 bytes make no list"),
    "half a version": ("02 01 0009 03 010000 02 0000 01 00", "versions: 3 bytes make no list"),
    "a list cut short": ("02 01 0003 04 0100", "versions: 2 bytes left, not 4"),
    "no list of pulses": ("02 01 0006 02 0100 02 0000", "combos: 0 bytes left, not 1"),
    "a flag of two": (
        "05 0D 0017 000000000000C2B6 000000193D8FD99A 6F 02 0064 01 0001",
        "skew_available: 02 is no flag",
    ),
    "an answer to suspend": ("02 08 0001 02", "SuspendResponse.status: 02 is no answer"),
    "a first approach cut": (f"05 0E 0025 {'11' * 37}", "random: 15 bytes left, not 16"),
    "a challenge cut": (f"05 14 000F {'33' * 15}", "challenge: 15 bytes left, not 16"),
    "a signature of nothing": ("05 15 0000", "signature: 0 bytes, not 1 or more"),
    "an event without a code": ("03 11 0001 02", "Event: 1 bytes, not 2 or more"),
    "an event of no category": ("03 11 0002 07 00", "Event: category 07 is not known"),
    "an event with a tail": ("03 11 0003 02 01 00", "Event: 1 bytes left over"),
}


@pytest.mark.parametrize(("wire", "complaint"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_the_encoding_is_refused(wire: str, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        m.decode(bytes.fromhex(wire))


UNFIT = {
    "a session id too large": m.SuspendRequest(1 << 32),
    "a negative number": m.RecoveryRequest(-1),
    "a list of nothing": m.RangingCapabilityRequest((), (0,), b"\x00"),
    "a list too long": m.RangingCapabilityRequest((1,) * 128, (0,), b"\x00"),
    "an address of five": m.FirstApproachRequest(b"\x00" * 5, bytes(16), bytes(16)),
    "an APDU of nothing": m.ApduRequest(m.ApduKind.FRAMEWORK, b""),
    "too much to pass": m.PassThrough(bytes(0x10000)),
    "a code among elements": m.Event(m.EventCategory.RKE_REQUEST, 1, b"\x80\x00"),
    "data behind a code": m.Event(m.EventCategory.RANGING_STATUS, 1, b"\x00"),
    "a code too large": m.Event(m.EventCategory.RANGING_STATUS, 256),
}


@pytest.mark.parametrize("message", UNFIT.values(), ids=UNFIT)
def test_a_message_that_does_not_fit_is_not_sent(message: m.DkMessage) -> None:
    with pytest.raises(Malformed):
        m.encode(message)


def test_no_two_messages_share_type_and_id() -> None:
    classes: list[type[m.DkMessage]] = [*RANGING_MESSAGES, *SERVICE_MESSAGES, m.Event]
    headers = [(cls.TYPE, cls.ID) for cls in classes]
    headers += [(kind, cls.ID) for kind in m.ApduKind for cls in (m.ApduRequest, m.ApduResponse)]
    assert not [header for header, times in Counter(headers).items() if times > 1]


def test_every_message_has_a_vector() -> None:
    seen = {type(message) for message, _ in MESSAGES.values()}
    named = {getattr(m, name) for name in m.__all__}
    kinds = {kind for kind in named if isinstance(kind, type) and issubclass(kind, m.DkMessage)}
    assert kinds - seen == {m.DkMessage}


def test_every_field_of_a_message_travels() -> None:
    for cls in (*RANGING_MESSAGES, *SERVICE_MESSAGES):
        assert [name for name, _ in cls.layout] == [f.name for f in fields(cls)]  # type: ignore[arg-type]
        assert get_type_hints(cls)


def test_the_stamps_of_a_time_sync_may_be_little_endian() -> None:
    little = Settings(time_sync_order="little")
    wire = bytes.fromhex("050D0017 B6C2000000000000 9AD98F3D19000000 6F 01 0064 01 0001")
    captured, _ = MESSAGES["Time_Sync, captured"]
    assert m.decode(wire, little) == captured
    assert m.encode(captured, little) == wire
    assert m.decode(wire) != captured
    with pytest.raises(Malformed, match="bytes left"):
        m.decode(bytes.fromhex("050D0003 B6C200"), little)


def test_what_is_secret_does_not_print() -> None:
    for name in ("First_Approach_RQ", "First_Approach_RS"):
        message, _ = MESSAGES[name]
        assert "random" not in repr(message)
        assert "confirm" not in repr(message)
    assert "hop_key" not in repr(MESSAGES["Ranging_Session_Setup_RS"][0])


@given(st.binary(max_size=64))
def test_any_bytes_are_a_message_that_reads_back_or_malformed(data: bytes) -> None:
    try:
        message = m.decode(data)
    except Malformed:
        return
    assert m.encode(message) == data


@given(st.sampled_from([bytes.fromhex(wire) for _, wire in MESSAGES.values()]), st.data())
def test_an_altered_message_is_another_or_malformed(wire: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(wire) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda value: value != wire[at]))
    altered = wire[:at] + bytes((value,)) + wire[at + 1 :]
    try:
        message = m.decode(altered)
    except Malformed:
        return
    assert message != m.decode(wire)


@pytest.mark.parametrize("wire", [Flag(), Octets(1), Rest(), ListedOctets()], ids=repr)
def test_a_field_takes_what_it_packs(wire: Flag | Octets | Rest | ListedOctets) -> None:
    packed = wire.pack(True if isinstance(wire, Flag) else b"\x01")
    assert wire.unpack(packed)[1] == len(packed)


def test_no_flag_but_false_and_true() -> None:
    with pytest.raises(Malformed):
        Flag().pack(2)
