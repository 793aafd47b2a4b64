"""Chaining, GET RESPONSE and the lengths of APDUs on the device's side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.phone.framing import Framing
from rig.digital_key.apdu import (
    Command,
    Response,
    decode_response,
    with_chaining,
    with_get_response,
)


def echo(command: Command) -> Response:
    return Response(command.data, 0x9000)


def framing(cla: int = 0x00) -> Framing:
    return Framing(echo, lambda: cla)


def process(device: Framing, apdu: str) -> str:
    return device.process(bytes.fromhex(apdu)).hex()


def test_short_and_extended_commands_are_taken() -> None:
    assert process(framing(), "80010000 02AABB 00") == "aabb9000"
    assert process(framing(), "80010000 000002AABB 0000") == "aabb9000"


def test_data_comes_even_where_le_was_left_out() -> None:
    assert process(framing(), "80010000 02AABB") == "aabb9000"


def test_what_le_holds_back_is_fetched() -> None:
    device = framing()
    assert process(device, "80010000 05 0102030405 02") == "01026103"
    assert process(device, "00C00000 01") == "036102"
    assert process(device, "00C00000 00") == "04059000"
    assert process(device, "00C00000 00") == "6985"


def test_an_answer_beyond_256_bytes_is_announced() -> None:
    device = framing()
    answer = device.process(bytes.fromhex("80010000 000250") + bytes(0x250))
    assert answer[256:].hex() == "6100"
    assert device.process(bytes.fromhex("00C0000000"))[256:].hex() == "6150"


def test_an_extended_le_takes_a_long_answer_at_once() -> None:
    answer = framing().process(bytes.fromhex("80010000 000250") + bytes(0x250) + bytes(2))
    assert answer == bytes(0x250) + b"\x90\x00"


def test_another_command_drops_what_was_held_back() -> None:
    device = framing()
    process(device, "80010000 05 0102030405 02")
    process(device, "80010000")
    assert process(device, "00C0000000") == "6985"


def test_the_class_of_get_response_is_a_setting() -> None:
    device = framing(cla=0x84)
    process(device, "80010000 03 010203 01")
    assert process(device, "84C0000000") == "02039000"


def test_a_chain_is_one_command() -> None:
    device = framing()
    assert process(device, "90010000 02AABB") == "9000"
    assert process(device, "90010000 01CC") == "9000"
    assert process(device, "80010000 01DD 00") == "aabbccdd9000"


def test_a_broken_chain_is_refused_once() -> None:
    device = framing()
    process(device, "90010000 02AABB")
    assert process(device, "80020000 01CC") == "6883"
    assert process(device, "80020000 01CC") == "cc9000"


def test_a_chain_does_not_grow_without_end() -> None:
    device = framing()
    part = bytes.fromhex("90010000FF") + bytes(255)
    answers = {device.process(part).hex() for _ in range(17)}
    assert answers == {"9000", "6700"}


def test_the_field_going_forgets_chain_and_rest() -> None:
    device = framing()
    process(device, "80010000 03 010203 01")
    device.reset()
    assert process(device, "00C0000000") == "6985"
    process(device, "90010000 01AA")
    device.reset()
    assert process(device, "80010000 01BB") == "bb9000"


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        ("", "6700"),
        ("800100", "6700"),
        ("8001000003AABB", "6700"),
        ("8001000001AABBCC", "6700"),
        ("800100000000", "6700"),
        ("FFCA000000", "6e00"),
        ("01010000", "6e00"),
        ("00C00000", "6985"),
        ("00C00100", "6b00"),
        ("00C0000001AA", "6700"),
        ("80C0000000", "6e00"),
    ],
)
def test_what_is_no_command_of_ours_is_refused(apdu: str, status: str) -> None:
    assert process(framing(), apdu) == status


@given(apdu=st.binary(max_size=600))
def test_any_bytes_are_answered_with_a_response_apdu(apdu: bytes) -> None:
    decode_response(framing().process(apdu))


@given(data=st.binary(max_size=1000), le=st.none() | st.integers(1, 256))
def test_a_vehicle_that_chains_and_fetches_gets_all_of_it(data: bytes, le: int | None) -> None:
    device = framing()

    def send(command: Command) -> Response:
        return decode_response(device.process(command.encode()))

    whole = with_get_response(with_chaining(send))
    assert whole(Command(0x80, 0x01, 0, 0, data, le)) == Response(data, 0x9000)
