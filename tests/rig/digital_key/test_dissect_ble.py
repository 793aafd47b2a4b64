"""DK messages in words: what a reader of the trace sees, and what never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key import ble_messages as m
from rig.digital_key.dissect_ble import CLOSED, dissect_message, masked, name_of_message
from rig.digital_key.settings import Settings

CONFIRM, RANDOM = b"\xc1" * 16, b"\x5e" * 16
FIRST = m.encode(m.FirstApproachRequest(b"\xc4" * 6, CONFIRM, RANDOM))
SETUP = m.encode(m.RangingSetupResponse(1, 2, 0x4C5772BC, 9))

NAMES = {
    "nothing": ("", "no DK message"),
    "unknown": ("02 7F", "DK message type 02 id 7F"),
    "Time_Sync, cut": ("05 0D 00", "Time_Sync"),
    "an APDU": ("01 0B 0004 80800000", "DK_APDU_RQ AUTH0"),
    "an APDU of nothing": ("01 0B 0000", "DK_APDU_RQ no APDU"),
    "an answer": ("01 0C 0002 9000", "DK_APDU_RS"),
    "an id that is an APDU's elsewhere": ("02 0B", "DK message type 02 id 0B"),
    "URSK not found": ("03 11 0002 02 01", "Event_Notification: ursk not found"),
    "an intent": ("03 11 0002 03 03", "Event_Notification: high ranging intent"),
    "a code unknown": ("03 11 0002 02 7E", "Event_Notification: ranging status"),
    "an event cut": ("03 11 0002 02", "Event_Notification"),
    "a remote function": ("03 11 000B 05 7F700780020001810101", "Event_Notification: rke request"),
}


@pytest.mark.parametrize(("data", "name"), NAMES.values(), ids=NAMES)
def test_a_message_has_a_name(data: str, name: str) -> None:
    assert name_of_message(bytes.fromhex(data)) == name


def test_every_message_has_a_name_of_its_own() -> None:
    kinds = {getattr(m, name) for name in m.__all__ if name[0].isupper()}
    messages = [k for k in kinds if isinstance(k, type) and issubclass(k, m.DkMessage)]
    headers = [(k.TYPE, k.ID) for k in messages if k.TYPE >= 0]
    headers += [(kind, 0x0C) for kind in m.ApduKind]
    assert not [h for h in headers if name_of_message(bytes(h)).startswith("DK message")]


def test_a_captured_time_sync_is_told_field_by_field() -> None:
    wire = "050D0017 000000000000C2B6 000000193D8FD99A 6F 01 0064 01 0001"
    lines = dissect_message(bytes.fromhex(wire))
    assert [(line.label, line.value, line.note) for line in lines] == [
        ("message", "05 0D 00 17", "Time_Sync"),
        ("event count", "49846", ""),
        ("device time us", "108407019930", ""),
        ("uncertainty", "111", "15024 us"),
        ("skew available", "yes", ""),
        ("max ppm", "100", ""),
        ("success", "yes", ""),
        ("retry delay", "1", ""),
    ]


def test_a_session_response_says_what_its_masks_mean() -> None:
    lines = dissect_message(m.encode(m.RangingSessionResponse(2, 0x45, 0x0101, 9, 0xD0)))
    assert {line.label: line.note for line in lines[1:]} == {
        "ran multiplier": "blocks of 192 ms",
        "slots": "3, 6, 24 chaps in a slot",
        "sync codes": "codes 1, 9",
        "channel": "",
        "hopping": "none, continuous, default sequence",
    }


def test_an_apdu_inside_is_told_as_others_are() -> None:
    asked = bytes.fromhex("803C0100")
    request = dissect_message(m.encode(m.ApduRequest(m.ApduKind.SECURE_ELEMENT, asked)))
    assert [(line.level, line.label, line.note) for line in request[1:]] == [
        (1, "command CONTROL FLOW", "success")
    ]
    answer = m.encode(m.ApduResponse(m.ApduKind.SECURE_ELEMENT, b"\x64\x84"))
    told = [(1, "answer", "6484", "ranging key slots full")]
    lines = dissect_message(answer, asked=asked)[1:]
    assert [(line.level, line.label, line.value, line.note) for line in lines] == told
    assert dissect_message(answer)[1].value == "6484"


def test_a_remote_function_is_told_by_its_names() -> None:
    lines = dissect_message(m.encode(m.remote_status(0x0001, 1, m.RemoteStatus.NOT_POSSIBLE)))
    assert [line.note for line in lines[1:]] == [
        "vehicle status",
        "10 bytes",
        "central locking",
        "1 bytes",
        "not possible",
    ]


@pytest.mark.parametrize("data", [FIRST, SETUP], ids=["first approach", "setup"])
def test_what_is_secret_is_not_told(data: bytes) -> None:
    told = "".join(line.value + line.note for line in dissect_message(data)) + masked(data).hex()
    assert CLOSED in told
    for secret in (CONFIRM.hex(), RANDOM.hex(), "4c5772bc"):
        assert secret not in told.lower()
    assert len(masked(data)) == len(data)


def test_of_a_cut_message_nothing_secret_is_kept() -> None:
    short = FIRST[:2] + b"\x00\x10" + RANDOM
    for cut in (FIRST[:-1], FIRST + b"\x00", short):
        assert not any(masked(cut)[4:])
        assert RANDOM[:4].hex() not in str(dissect_message(cut)).lower()


def test_of_what_is_no_message_nothing_is_kept() -> None:
    """It may be one with a secret in it, of which somebody altered the header."""
    as_suspend = SETUP[:1] + b"\x07" + SETUP[2:]
    as_nothing = b"\x7f" + FIRST[1:]
    for altered in (as_suspend, as_nothing):
        assert masked(altered) == altered[:4] + bytes(len(altered) - 4)


def test_what_is_not_secret_is_kept_as_it_was() -> None:
    for data in (b"", b"\x05", bytes.fromhex("020700046CC6BA83")):
        assert masked(data) == data
    assert masked(FIRST)[:10] == FIRST[:10]
    assert masked(SETUP)[-1] == 9


HEADS = [b"", *(bytes((kind, each)) for kind in range(7) for each in range(0x19))]


@given(
    st.sampled_from(HEADS),
    st.binary(max_size=60),
    st.sampled_from([Settings(), Settings(time_sync_order="little")]),
)
def test_no_bytes_break_the_dissection(head: bytes, body: bytes, settings: Settings) -> None:
    data = head + len(body).to_bytes(2, "big") + body if head else body
    assert dissect_message(data, settings)
    masked(data)
