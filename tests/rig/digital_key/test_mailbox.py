"""Mailbox answers behind EXCHANGE: known ones, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key.errors import DigitalKeyError, Malformed, StatusRefused
from rig.digital_key.mailbox import Mailbox
from rig.digital_key.settings import Settings


class Device:
    """Answers every EXCHANGE with the same bytes, and keeps what it was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked: list[bytes] = []

    def __call__(self, request: bytes) -> bytes:
        self.asked.append(request)
        return self.answer


def mailbox(answer: str | bytes) -> tuple[Mailbox, Device]:
    device = Device(bytes.fromhex(answer) if isinstance(answer, str) else answer)
    return Mailbox(device, Settings()), device


def test_a_read_asks_for_offset_and_length_and_takes_the_part() -> None:
    box, device = mailbox("0003 AABBCC 0002 0000")
    assert box.read(16, 3) == bytes.fromhex("AABBCC")
    assert device.asked == [bytes.fromhex("87 04 0010 0003")]


def test_a_write_sends_offset_and_data_and_takes_the_status() -> None:
    box, device = mailbox("0002 0000")
    box.write(16, b"\xaa\xbb")
    assert device.asked == [bytes.fromhex("8A 04 0010 AABB")]


def test_a_long_read_is_split_so_that_each_answer_fits_one_apdu() -> None:
    box, device = mailbox(bytes.fromhex("00C0") + bytes(192) + bytes.fromhex("0002 0000"))
    assert box.read(0, 384) == bytes(384)
    assert device.asked == [bytes.fromhex("87 04 0000 00C0"), bytes.fromhex("87 04 00C0 00C0")]


REFUSED = [
    pytest.param("", Malformed, "without a status", id="nothing"),
    pytest.param("0001", Malformed, "cut off", id="part cut off"),
    pytest.param("0001 AA", Malformed, "without a status", id="no status"),
    pytest.param("0001 AA 0001 00", Malformed, "without a status", id="status of one byte"),
    pytest.param("0002 AABB 0002 0000", Malformed, "a read of 1 bytes", id="more than asked"),
    pytest.param("0002 0000", Malformed, "a read of 1 bytes", id="status only"),
    pytest.param("0001 AA 0001 BB 0002 0000", Malformed, "a read of 1 bytes", id="two parts"),
    pytest.param("0002 0001", StatusRefused, "out of bounds", id="out of bounds"),
    pytest.param("0002 0002", StatusRefused, "malformed request", id="malformed"),
    pytest.param("0002 BEEF", StatusRefused, "unknown mailbox status", id="unknown status"),
]


@pytest.mark.parametrize(("answer", "kind", "complaint"), REFUSED)
def test_a_broken_answer_is_refused(
    answer: str, kind: type[DigitalKeyError], complaint: str
) -> None:
    with pytest.raises(kind, match=complaint):
        mailbox(answer)[0].read(0, 1)


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (65536, 1)])
def test_a_range_beyond_two_bytes_is_not_asked_for(offset: int, length: int) -> None:
    box, device = mailbox("0002 0000")
    with pytest.raises(Malformed, match="offset"):
        box.read(offset, length)
    assert not device.asked


@given(st.binary(max_size=40), st.integers(0, 300), st.integers(1, 20))
def test_any_answer_is_read_or_refused(answer: bytes, offset: int, length: int) -> None:
    try:
        assert len(mailbox(answer)[0].read(offset, length)) == length
    except DigitalKeyError:
        return


def memory_of(content: bytes) -> Mailbox:
    """A mailbox that answers reads from these bytes."""

    def exchange(request: bytes) -> bytes:
        offset, size = int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
        part = content[offset : offset + size]
        if len(part) < size:
            return bytes.fromhex("0002 0001")
        return size.to_bytes(2, "big") + part + bytes.fromhex("0002 0000")

    return Mailbox(exchange, Settings())


LONG = bytes.fromhex("7F66 82 0190") + bytes(400)


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param(["8001AA"], id="one short"),
        pytest.param([LONG.hex(), "9E02BBCC"], id="one of several answers, and one behind it"),
        pytest.param(["8001AA", "8100", "8202AABB"], id="three in one answer"),
        pytest.param(["8081BC" + "AA" * 188, LONG.hex()], id="a header across two answers"),
    ],
)
def test_elements_are_read_one_behind_the_other(elements: list[str]) -> None:
    whole = b"".join(map(bytes.fromhex, elements))
    box = memory_of(b"\xff" * 5 + whole + bytes(700))
    assert box.read_elements(5, 700, len(elements)) == whole


@pytest.mark.parametrize(
    ("content", "end"),
    [
        pytest.param("8005AABB", 4, id="an element cut off by the end"),
        pytest.param("8001AA", 3, id="a second one that is not there"),
        pytest.param("8001AA" + "00" * 40, 40, id="nothing behind the first"),
        pytest.param("", 0, id="no room at all"),
    ],
)
def test_elements_that_are_not_all_there_are_refused(content: str, end: int) -> None:
    with pytest.raises(Malformed):
        memory_of(bytes.fromhex(content)).read_elements(0, end, 2)
