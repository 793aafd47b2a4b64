"""Owner pairing in words: sample bytes of the public notes, and what must stay closed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key import pairing_messages as p
from rig.digital_key.dissect import dissect, name_of
from tests.rig.digital_key.pairing_with_phone import PASSWORD, Scene

# Example of section 1.2, and a device of a later release that lists SPAKE2+ 1.1 and 1.0.
SELECT = bytes.fromhex("00A404000D A000000809434343444B467631 00")
SELECTED = bytes.fromhex("5A020100 5C020100 D40102 9000")
SELECTED_LATER = bytes.fromhex("5A0401010100 5C0401010100 D40100 9000")
# The published sample of section 2.1, and the points and evidence of CCC-TS-101 v4.0.0 appendix D.
SALT = "D96A3B251CAD2B49962B7E096EE8656A"
REQUEST = bytes.fromhex(
    f"80300000 2F 5B020100 5C020100 7F5020 C010{SALT} C10400001000 C2020008 C3020001 D6020003 00"
)
X = (
    "04f44555207a617fd90900dba5c8e6f81eddbd87590873a63b9057dda9f138dbc1"
    "6f453195f6452ce71d399052435952b89a10b927435574f5e3707eae031c40e0"
)
Y = (
    "04b6fdaf3f6949869d68f667108b75e4ce74847e8953d1e3c6aae21699e8027211"
    "c2d9b2b2a906cc7ea7020715dec44e95659e3fc8994f635b95e7c9ea5c362cbe"
)
M1, M2 = "110d49f8c5a896e11d4dde4c3b9704d2", "23d1a618ad3acbfd7a9bd19fd1737107"
REQUESTED = bytes.fromhex(f"5041{X} 9000")
VERIFY = bytes.fromhex(f"80320000 55 5241{Y} 5710{M1} 00")
VERIFIED = bytes.fromhex(f"5810{M2} 9000")

Told = list[tuple[int, str, str, str]]


def told(command: bytes, response: bytes) -> Told:
    return [(e.level, e.label, e.value, e.note) for e in dissect(command, response)]


def test_select_of_the_framework_is_told_with_versions_and_mode() -> None:
    application = "A000000809434343444B467631"
    assert told(SELECT, SELECTED) == [
        (0, "command SELECT", "00 A4 04 00", ""),
        (1, "application", application, "digital key framework, for owner pairing"),
        (0, "answer", "9000", "success"),
        (1, "5A SPAKE2+ versions", "0100", "1.0"),
        (1, "5C applet versions", "0100", "1.0"),
        (1, "D4 pairing mode", "02", "pairing mode started and password entered"),
    ]
    later = told(SELECT, SELECTED_LATER)
    assert [note for *_, note in later[-3:]] == ["1.1, 1.0", "1.1, 1.0", "not in pairing mode"]


def test_the_published_request_is_told_down_to_the_fields_of_scrypt() -> None:
    assert told(REQUEST, REQUESTED) == [
        (0, "command SPAKE2+ REQUEST", "80 30 00 00", ""),
        (1, "5B SPAKE2+ version", "0100", "1.0"),
        (1, "5C applet versions", "0100", "1.0"),
        (1, "7F50 scrypt", f"C010{SALT}C10400001000C2020008C3020001", "32 bytes"),
        (2, "C0 salt", SALT, "16 bytes"),
        (2, "C1 cost N", "00001000", "4096"),
        (2, "C2 block size r", "0008", "8"),
        (2, "C3 parallelism p", "0001", "1"),
        (1, "D6 vehicle brand", "0003", "2 bytes"),
        (0, "answer", "9000", "success"),
        (1, "50 device's share X", X.upper(), "65 bytes"),
    ]


def test_the_published_evidence_is_told_by_whose_it_is() -> None:
    assert told(VERIFY, VERIFIED) == [
        (0, "command SPAKE2+ VERIFY", "80 32 00 00", ""),
        (1, "52 vehicle's share Y", Y.upper(), "65 bytes"),
        (1, "57 vehicle's evidence M[1]", M1.upper(), "16 bytes"),
        (0, "answer", "9000", "success"),
        (1, "58 device's evidence M[2]", M2.upper(), "16 bytes"),
    ]


CIPHER, MAC, RMAC = "AA" * 32, "BB" * 8, "CC" * 8


@pytest.mark.parametrize(
    ("command", "response", "name", "note"),
    [
        (f"84D40000 28 {CIPHER}{MAC} 00", f"{RMAC}9000", "WRITE DATA", "more will follow"),
        (f"84D48000 28 {CIPHER}{MAC} 00", f"{RMAC}9000", "WRITE DATA", "the last of its transac"),
        (f"84CA0000 28 {CIPHER}{MAC} 00", f"{CIPHER}{RMAC}9000", "GET DATA", ""),
        (f"84CA0000 28 {CIPHER}{MAC} 00", f"{CIPHER}{RMAC}6110", "GET DATA", ""),
        (f"84C00000 08 {MAC} 00", f"{CIPHER}{RMAC}9000", "GET RESPONSE", ""),
    ],
)
def test_the_channel_of_pairing_shows_a_cipher_text_and_a_mac(
    command: str, response: str, name: str, note: str
) -> None:
    lines = told(bytes.fromhex(command), bytes.fromhex(response))
    assert lines[0][1] == f"command {name}"
    assert lines[0][3].startswith(note)
    inside = {label: value for level, label, value, _ in lines if level}
    assert inside.keys() <= {"enciphered", "MAC"}
    assert set(inside.values()) <= {CIPHER, MAC, RMAC}


@given(st.sampled_from([0xD4, 0xCA, 0xC0]), st.binary(min_size=8, max_size=200))
def test_whatever_the_channel_carries_is_not_opened(ins: int, body: bytes) -> None:
    command = bytes((0x84, ins, 0, 0, len(body))) + body + b"\0"
    labels = {label for level, label, *_ in told(command, body + b"\x90\x00") if level}
    assert labels <= {"enciphered", "MAC"}


FLOWS = {
    "1001": "continue: key creation data transmitted",
    "1002": "continue: device certificate chain received",
    "1003": "continue: waiting for the user's confirmation on the vehicle's screen",
    "100F": "continue: waiting time extension",
    "1111": "end: success, key not tracked yet",
    "1200": "abort: no reason given",
    "1206": "abort: timer 4 ran out",
    "1209": "abort: evidence verification failed on the vehicle",
    "120C": "abort: X is zero or invalid",
    "120D": "abort: attempt counter exceeded",
    "1255": "abort: code 1255",
}


@pytest.mark.parametrize("code", FLOWS)
def test_a_flow_of_pairing_is_told_in_words(code: str) -> None:
    command = bytes.fromhex(f"803C{code}00")
    assert name_of(command) == "OP CONTROL FLOW"
    assert told(command, b"\x90\x00")[0][1:] == (
        "command OP CONTROL FLOW",
        f"80 3C {code[:2]} {code[2:]}",
        FLOWS[code],
    )


def test_every_flow_of_pairing_has_its_words() -> None:
    for flow in p.Flow:
        assert "code" not in told(p.op_control_flow_command(flow).encode(), b"")[0][3]


@pytest.mark.parametrize("code", ["0000", "0100", "0181", "0190", "4088", "FFFF"])
def test_a_control_flow_of_the_applet_keeps_its_name(code: str) -> None:
    assert name_of(bytes.fromhex(f"803C{code}00")) == "CONTROL FLOW"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (SELECT, "SELECT"),
        (REQUEST, "SPAKE2+ REQUEST"),
        (VERIFY, "SPAKE2+ VERIFY"),
        (bytes.fromhex("84D48000"), "WRITE DATA"),
        (bytes.fromhex("84CA0000"), "GET DATA"),
        (bytes.fromhex("84C00000"), "GET RESPONSE"),
        (bytes.fromhex("803C"), "CONTROL FLOW"),
    ],
)
def test_a_command_of_pairing_has_a_name(command: bytes, name: str) -> None:
    assert name_of(command) == name


def test_a_refusal_of_pairing_is_told_with_its_meaning() -> None:
    assert told(REQUEST, b"\x94\x84")[-1] == (0, "answer", "9484", "device not ready for pairing")


def test_a_whole_pairing_is_told_and_no_line_of_it_shows_a_secret() -> None:
    commands: list[bytes] = []
    answers: list[bytes] = []

    def heard(said: bytes, into: list[bytes]) -> bytes:
        into.append(said)
        return said

    scene = Scene(
        on_command=lambda command: heard(command, commands),
        on_answer=lambda answer: heard(answer, answers),
    )
    scene.pair()
    wire = list(zip(commands, answers, strict=True))
    lines = [line for command, answer in wire for line in told(command, answer)]
    names = [name_of(command) for command, _ in wire]
    assert names[:3] == ["SELECT", "SPAKE2+ REQUEST", "SPAKE2+ VERIFY"]
    assert {"WRITE DATA", "GET DATA", "OP CONTROL FLOW"} <= set(names)
    assert not [line for line in lines if line[1].startswith(("not decodable", "command INS"))]
    assert not [line for line in lines if "unknown element" in line[1]]
    written = " ".join(value for *_, value, _ in lines)
    assert PASSWORD.encode().hex().upper() not in written
    assert "7F20" not in written, "the plaintext of GET DATA"
