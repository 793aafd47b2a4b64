"""Messages of CCID's bulk and interrupt pipes, octet by octet (CCID 1.1, 6.1 to 6.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api.errors import FrameError
from drivers.sim.usbip.ccid_messages import (
    Ask,
    Card,
    Command,
    CommandStream,
    Error,
    slot_change,
)

COMMANDS = {
    "power on": ("62 00000000 00 07 010000", Command(Ask.POWER_ON, 0, 7)),
    "slot status": ("65 00000000 00 08 000000", Command(Ask.SLOT_STATUS, 0, 8)),
    "transfer": (
        "6F 05000000 00 09 000000 00A4040000",
        Command(Ask.TRANSFER, 0, 9, bytes.fromhex("00A4040000")),
    ),
    "of another slot": ("63 00000000 01 FF 000000", Command(Ask.POWER_OFF, 1, 255)),
}
ASKED = Command(Ask.TRANSFER, 0, 9)
ANSWERS = {
    "data": (ASKED.data_block(Card.ACTIVE, b"\x90\x00"), "80 02000000 00 09 00 00 00 9000"),
    "no card": (ASKED.slot_status(Card.NONE), "81 00000000 00 09 02 00 00"),
    "mute": (ASKED.failure(Card.ACTIVE, Error.CARD_MUTE), "80 00000000 00 09 40 FE 00"),
    "more time": (ASKED.time_extension(Card.ACTIVE), "80 00000000 00 09 80 01 00"),
    "parameters": (
        Command(Ask.GET_PARAMETERS, 0, 1).parameters(Card.INACTIVE),
        "82 07000000 00 01 01 00 01 1110004D002000",
    ),
    "unknown": (
        Command(0x42, 0, 3).failure(Card.NONE, Error.NOT_SUPPORTED),
        "81 00000000 00 03 42 00 00",
    ),
}


@pytest.mark.parametrize(("octets", "command"), COMMANDS.values(), ids=COMMANDS)
def test_a_command_is_read(octets: str, command: Command) -> None:
    assert list(CommandStream().feed(bytes.fromhex(octets))) == [command]


@pytest.mark.parametrize(("made", "octets"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_written(made: bytes, octets: str) -> None:
    assert made == bytes.fromhex(octets)


def test_a_card_that_comes_and_goes_is_told() -> None:
    assert [slot_change(present=p) for p in (True, False)] == [b"\x50\x03", b"\x50\x02"]


@given(st.lists(st.sampled_from(sorted(COMMANDS)), max_size=5), st.integers(1, 20))
def test_commands_are_found_however_they_are_cut(names: list[str], size: int) -> None:
    octets = b"".join(bytes.fromhex(COMMANDS[name][0]) for name in names)
    stream = CommandStream()
    pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
    found = [command for piece in pieces for command in stream.feed(piece)]
    assert found == [COMMANDS[name][1] for name in names]


def test_a_message_longer_than_any_reader_takes_is_refused() -> None:
    stream = CommandStream()
    with pytest.raises(FrameError):
        list(stream.feed(bytes.fromhex("6F FFFFFFFF 00 09 000000")))
    assert list(stream.feed(bytes.fromhex(COMMANDS["power on"][0]))), "it is stuck"
