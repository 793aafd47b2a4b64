"""APDUs against hand-assembled bytes, and the layers above a link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key.apdu import (
    Command,
    Response,
    decode_command,
    decode_response,
    with_chaining,
    with_get_response,
)
from rig.digital_key.errors import DigitalKeyError, Malformed

COMMANDS = [
    pytest.param("803C 0100", Command(0x80, 0x3C, 1, 0), id="case 1"),
    pytest.param("00C0 0000 00", Command(0, 0xC0, 0, 0, le=256), id="case 2 short, all"),
    pytest.param("00C0 0000 20", Command(0, 0xC0, 0, 0, le=32), id="case 2 short"),
    pytest.param("00C0 0000 00 0101", Command(0, 0xC0, 0, 0, le=257), id="case 2 extended"),
    pytest.param("00C0 0000 00 0000", Command(0, 0xC0, 0, 0, le=65536), id="case 2 ext., all"),
    pytest.param("00A4 0400 02 A000", Command(0, 0xA4, 4, 0, b"\xa0\0"), id="case 3 short"),
    pytest.param(
        "80D4 0000 00 0100" + "11" * 256, Command(0x80, 0xD4, 0, 0, b"\x11" * 256), id="case 3 ext."
    ),
    pytest.param("00A4 0400 02 A000 00", Command(0, 0xA4, 4, 0, b"\xa0\0", 256), id="case 4 short"),
    pytest.param(
        "80D4 0000 00 0001 11 0101", Command(0x80, 0xD4, 0, 0, b"\x11", 257), id="case 4 ext."
    ),
]
REFUSED_COMMANDS = [
    pytest.param("", "no command", id="nothing"),
    pytest.param("00A404", "no command", id="header cut off"),
    pytest.param("00A40400 05 A000", "announces 5 bytes, 2", id="data cut off"),
    pytest.param("00A40400 02 A000 0000", "disagree", id="two bytes of Le in a short APDU"),
    pytest.param("00A40400 00 0000 A0", "announces 0", id="extended Lc zero"),
    pytest.param("00A40400 00 00", "announces", id="extended length cut off"),
    pytest.param("00A40400 00 0002 A000 00", "disagree", id="one byte of Le in an extended APDU"),
]


@pytest.mark.parametrize(("apdu", "command"), COMMANDS)
def test_known_commands_translate_both_ways(apdu: str, command: Command) -> None:
    assert command.encode() == bytes.fromhex(apdu)
    assert decode_command(bytes.fromhex(apdu)) == command


@pytest.mark.parametrize(("apdu", "complaint"), REFUSED_COMMANDS)
def test_broken_commands_are_refused(apdu: str, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        decode_command(bytes.fromhex(apdu))


@pytest.mark.parametrize(
    "command",
    [
        Command(0, 0xA4, 4, 0, bytes(65536)),
        Command(0, 0xC0, 0, 0, le=0),
        Command(0, 0xC0, 0, 0, le=65537),
        Command(0x100, 0xC0, 0, 0),
        Command(0, 0xC0, -1, 0),
    ],
)
def test_what_no_apdu_holds_is_not_encoded(command: Command) -> None:
    with pytest.raises(Malformed):
        command.encode()


def test_a_response_is_data_and_status_word() -> None:
    assert decode_response(bytes.fromhex("AABB9000")) == Response(b"\xaa\xbb", 0x9000)
    assert Response(b"\xaa\xbb", 0x9000).encode() == bytes.fromhex("AABB9000")
    assert decode_response(bytes.fromhex("6A82")) == Response(b"", 0x6A82)


@pytest.mark.parametrize("size", [0, 1, 65539])
def test_what_is_no_response_is_refused(size: int) -> None:
    with pytest.raises(Malformed, match=f"{size} bytes"):
        decode_response(bytes(size))


@given(
    st.builds(
        Command,
        *[st.integers(0, 255)] * 4,
        st.binary(max_size=600),
        st.none() | st.integers(1, 65536),
    )
)
def test_what_was_encoded_decodes_to_itself(command: Command) -> None:
    assert decode_command(command.encode()) == command


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_refused(apdu: bytes) -> None:
    for decode in (decode_command, decode_response):
        try:
            decode(apdu)
        except DigitalKeyError:
            continue


class Script:
    """A link that answers from a list and keeps what it was sent."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.sent: list[Command] = []

    def __call__(self, command: Command) -> Response:
        self.sent.append(command)
        return self.answers.pop(0)


OK = Response(b"", 0x9000)


def test_long_data_goes_out_as_a_chain() -> None:
    link = Script(OK, OK, Response(b"done", 0x9000))
    answer = with_chaining(link)(Command(0x80, 0xD4, 0, 0, bytes(range(256)) * 2, 256))
    assert answer == Response(b"done", 0x9000)
    assert [(c.cla, len(c.data), c.le) for c in link.sent] == [
        (0x90, 255, None),
        (0x90, 255, None),
        (0x80, 2, 256),
    ]
    assert b"".join(c.data for c in link.sent) == bytes(range(256)) * 2


def test_a_refusal_ends_the_chain() -> None:
    link = Script(Response(b"", 0x6884))
    assert with_chaining(link)(Command(0x80, 0xD4, 0, 0, bytes(300))).status == 0x6884
    assert len(link.sent) == 1


def test_what_is_held_back_is_fetched() -> None:
    link = Script(Response(b"ab", 0x6102), Response(b"cd", 0x6100), Response(b"e", 0x9000))
    assert with_get_response(link)(Command(0, 0xCA, 0, 0, le=256)) == Response(b"abcde", 0x9000)
    assert [(c.ins, c.le) for c in link.sent] == [(0xCA, 256), (0xC0, 2), (0xC0, 256)]


def test_a_corrected_le_is_used() -> None:
    link = Script(Response(b"", 0x6C05), Response(b"abcde", 0x9000))
    assert with_get_response(link)(Command(0, 0xCA, 0, 0, le=256)).data == b"abcde"
    assert link.sent[1].le == 5


def test_a_device_that_never_ends_is_refused() -> None:
    link = Script(*[Response(b"x", 0x6101)] * 300)
    with pytest.raises(Malformed, match="more to fetch"):
        with_get_response(link)(Command(0, 0xCA, 0, 0, le=256))
