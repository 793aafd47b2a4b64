"""The chip's line: frames of the user manual, broken ones, and what wakes it."""

from __future__ import annotations

import pytest

from drivers.sim.pn532.host_frame import Control, HostStream, encode
from tests.drivers.sim.pn532.host import BareHost

ACK, NACK = "0000FF00FF00", "0000FFFF0000"
VERSION = "0000FF02FED4022A00"
IS_VERSION = "0000FF06FAD50332010607E800"
SYNTAX_ERROR = "0000FF01FF7F8100"

BROKEN = {
    "length checksum": "0000FF02FFD4022A00",
    "data checksum": "0000FF02FED4022B00",
    "no length": "0000FF0000",
    "extended, length checksum": "0000FFFFFF000200D4022A00",
    "extended, longer than the chip takes": "0000FFFFFF010AF5",
    "no start": "0001FF02FED4022A00",
}


def test_a_command_is_acknowledged_and_answered(host: BareHost) -> None:
    assert host.say(VERSION) == [ACK, IS_VERSION]


def test_a_command_may_come_in_an_extended_frame(host: BareHost) -> None:
    assert host.say("0000FFFFFF0002FED4022A00") == [ACK, IS_VERSION]


def test_a_command_may_come_octet_by_octet(host: BareHost) -> None:
    answers = [host.say(VERSION[i : i + 2]) for i in range(0, len(VERSION), 2)]
    assert [a for a in answers if a] == [[ACK, IS_VERSION]]


def test_preambles_are_as_long_as_they_like(host: BareHost) -> None:
    assert host.say("55 55 00 00 00 00 00 00 00" + VERSION) == [ACK, IS_VERSION]


def test_commands_may_follow_each_other_at_once(host: BareHost) -> None:
    assert host.say(VERSION + ACK + VERSION) == [ACK, IS_VERSION] * 2


@pytest.mark.parametrize("octets", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_skipped_in_silence(host: BareHost, octets: str) -> None:
    assert host.say(octets) == []
    assert host.say(VERSION) == [ACK, IS_VERSION]


def test_half_a_frame_is_forgotten_when_its_host_falls_silent(host: BareHost) -> None:
    assert host.say("0000FFFFFF0108F7D400") == []
    host.chip.silence()
    assert host.say(VERSION) == [ACK, IS_VERSION]


def test_the_last_answer_is_sent_again_when_it_is_asked_for(host: BareHost) -> None:
    assert host.say(NACK) == []
    host.say(VERSION)
    assert host.say(NACK) == [IS_VERSION]


UNKNOWN = {
    "a command that is none": "0000FF02FED4FE2E00",
    "a command to play a card": "0000FF02FED48CA000",
    "another direction": "0000FF02FED5022900",
    "no command": "0000FF01FFD42C00",
    "a command without its data": "0000FF02FED44AE200",
}


@pytest.mark.parametrize("octets", UNKNOWN.values(), ids=UNKNOWN)
def test_what_it_does_not_know_is_a_syntax_error(host: BareHost, octets: str) -> None:
    assert host.say(octets) == [ACK, SYNTAX_ERROR]


def test_asleep_it_loses_the_first_octets(host: BareHost) -> None:
    assert host.command("16 10") == "D51700"
    assert host.say(VERSION) == []
    host.command("16 10")
    assert host.say("5555" + VERSION) == [ACK, IS_VERSION]
    assert host.say(VERSION) == [ACK, IS_VERSION]


def test_it_does_not_go_to_sleep_where_nothing_would_wake_it(host: BareHost) -> None:
    assert host.command("16 00") == "7F"


def test_it_hears_at_a_new_speed_once_the_host_has_confirmed_it(host: BareHost) -> None:
    assert host.chip.hears_at(115200)
    assert not host.chip.hears_at(921600)
    assert host.command("10 07") == "D511"
    assert host.chip.hears_at(115200)
    host.say(ACK)
    assert not host.chip.hears_at(115200)
    assert host.chip.hears_at(921600)
    assert host.command("10 09") == "7F"


def test_a_host_that_is_at_the_new_speed_has_confirmed_it(host: BareHost) -> None:
    host.command("10 08")
    host.command("10 07")
    assert not host.chip.hears_at(1288000)
    assert host.chip.hears_at(921600)
    assert not host.chip.hears_at(115200)


@pytest.mark.parametrize("size", [1, 2, 254, 255, 256, 265])
def test_frames_of_all_sizes_read_back(size: int) -> None:
    data = bytes(i & 0xFF for i in range(size))
    stream = HostStream()
    assert list(stream.feed(encode(data) + bytes.fromhex(ACK + NACK))) == [
        data,
        Control.ACK,
        Control.NACK,
    ]


def test_a_start_inside_of_what_was_no_frame_is_found(host: BareHost) -> None:
    assert host.say("0000FF0CF4" + VERSION + "00000000") == [ACK, IS_VERSION]
