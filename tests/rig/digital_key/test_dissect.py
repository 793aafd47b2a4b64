"""APDUs in words: what a reader of the trace sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key import messages as m
from rig.digital_key.dissect import dissect, name_of
from rig.digital_key.dissect_elements import Element

REQUEST = m.Auth0Request(b"\x01\x00", b"\x04" + bytes(64), bytes(range(16)), b"vehicle!")
AUTH0 = m.auth0_command(0x01, 0x01, REQUEST).encode()


def test_auth0_is_told_element_by_element() -> None:
    lines = dissect(AUTH0, bytes.fromhex("8641 04" + "00" * 64 + "9D10" + "11" * 16 + "9000"))
    assert [(e.level, e.label, e.note) for e in lines] == [
        (0, "command AUTH0", "fast requested; door unlock"),
        (1, "5C protocol version", "2 bytes"),
        (1, "87 vehicle ephemeral key", "65 bytes"),
        (1, "4C transaction identifier", "16 bytes"),
        (1, "4D vehicle identifier", "8 bytes"),
        (0, "answer", "success"),
        (1, "86 device ephemeral key", "65 bytes"),
        (1, "9D cryptogram", "16 bytes"),
    ]


def test_what_is_enciphered_stays_closed() -> None:
    command = bytes.fromhex("84C9000018" + "AA" * 16 + "BB" * 8 + "00")
    lines = dissect(command, bytes.fromhex("CC" * 16 + "DD" * 8 + "9000"))
    assert [(e.label, e.note) for e in lines[1:]] == [
        ("enciphered", "16 bytes"),
        ("MAC", "8 bytes"),
        ("answer", "success"),
        ("enciphered", "16 bytes"),
        ("MAC", "8 bytes"),
    ]


@pytest.mark.parametrize(
    ("command", "note"),
    [
        ("803C0100", "success"),
        ("803C00B1", "doors open"),
        ("803C0181", "owner token provisioned; ends the third phase of owner pairing"),
        ("803C4088", "tracking in device; in the fourth phase of owner pairing"),
        ("803C0190", "key tracked; ends the fourth phase of owner pairing"),
        ("803C0191", "key not tracked; ends the fourth phase of owner pairing"),
        ("803C4082", "attestation delete"),
        ("803C7777", "code 7777"),
        ("8080040363" + "00" * 99 + "00", "standard, EXCHANGE will follow; engine start, first"),
    ],
)
def test_codes_are_told_in_words(command: str, note: str) -> None:
    assert dissect(bytes.fromhex(command), b"")[0].note.startswith(note)


def test_a_refusal_is_told_with_its_meaning() -> None:
    select = m.select_command(bytes.fromhex("A0000008580101")).encode()
    lines = dissect(select, bytes.fromhex("6A82"))
    assert lines[1] == Element(1, "application", "A0000008580101", "profile home_key")
    assert lines[-1] == Element(0, "answer", "6A82", "application not found")


@pytest.mark.parametrize(
    ("command", "name"),
    [(AUTH0, "AUTH0"), (b"\x80\x99", "INS 99"), (b"\x80", "no APDU"), (b"", "no APDU")],
)
def test_a_command_has_a_name(command: bytes, name: str) -> None:
    assert name_of(command) == name


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_bytes_are_told_of(command: bytes, response: bytes) -> None:
    assert dissect(command, response)


@pytest.mark.parametrize("code", ["07", "08"])
def test_the_two_transactions_after_pairing_are_told_by_their_purpose(code: str) -> None:
    note = dissect(bytes.fromhex(f"808004{code}63" + "00" * 99 + "00"), b"")[0].note
    assert note.startswith("standard, EXCHANGE will follow; ")
    assert "code" not in note


@given(
    st.sampled_from([0xA4, 0x80, 0x81, 0xC9, 0x3C, 0xC0, 0x30, 0x32, 0xD4, 0xCA]),
    st.binary(max_size=60),
)
def test_a_known_command_with_any_answer_is_told_of(ins: int, response: bytes) -> None:
    assert dissect(bytes((0x84, ins, 0, 0, 0)), response)
