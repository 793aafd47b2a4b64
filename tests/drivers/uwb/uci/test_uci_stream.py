"""Segments, length forms, and finding frames again behind garbage and cut ones."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.uwb.uci.errors import BadField, BadSegment
from drivers.uwb.uci.header import Header, LengthForm
from drivers.uwb.uci.messages import encode
from drivers.uwb.uci.opcodes import Opcode
from drivers.uwb.uci.packet import Packet, Reassembly
from drivers.uwb.uci.session import SessionStatus
from drivers.uwb.uci.stream import FROM_HOST, FrameStream
from tests.drivers.uwb.uci.test_uci_vectors import GOLDEN

INFO = Opcode(3, 2, 0)
FRAME = bytes.fromhex(GOLDEN)
STATUS = encode(SessionStatus(0x01020304, 2, 0)).segments(LengthForm.OCTET)[0]

FORMS: dict[str, tuple[str, LengthForm, Opcode, int]] = {
    "one octet": ("62 00 00 38", LengthForm.OCTET, INFO, 0x38),
    "NXP, short": ("62 00 00 38", LengthForm.EXTENDED, INFO, 0x38),
    "NXP, long and little-endian": ("62 80 2c 01", LengthForm.EXTENDED, INFO, 300),
    "NCJ29D5, big-endian": ("62 00 01 2c", LengthForm.BIG_ENDIAN, INFO, 300),
    "data, little-endian": ("02 00 2c 01", LengthForm.OCTET, Opcode(0, 2, 0), 300),
    "Qorvo's test message": ("8d 02 2c 01", LengthForm.OCTET, Opcode(4, 0xD, 2), 300),
}


@pytest.mark.parametrize(("data", "form", "opcode", "length"), FORMS.values(), ids=FORMS)
def test_a_length_is_read_and_written_in_the_vendors_form(
    data: str, form: LengthForm, opcode: Opcode, length: int
) -> None:
    header = Header(opcode, length)
    assert Header.decode(bytes.fromhex(data), form) == header
    assert header.encode(form) == bytes.fromhex(data)


def test_a_long_payload_does_not_fit_one_octet_of_length() -> None:
    with pytest.raises(BadField):
        Header(INFO, 256).encode(LengthForm.OCTET)


def test_a_long_notification_comes_in_segments_marked_72_and_62() -> None:
    packet = Packet(INFO, bytes(range(256)) + b"end")
    first, last = packet.segments(LengthForm.OCTET)
    assert (first[:4].hex(), last[:4].hex()) == ("720000ff", "62000004")
    stream, reassembly = FrameStream(LengthForm.OCTET), Reassembly()
    done = [reassembly.add(header, part) for header, part in stream.feed(first + last)]
    assert done == [None, packet.payload]


@settings(max_examples=50, deadline=None)
@given(payload=st.binary(max_size=900), largest=st.integers(1, 255))
@example(payload=b"", largest=255)
def test_segments_make_the_message_again(payload: bytes, largest: int) -> None:
    wire = b"".join(Packet(INFO, payload).segments(LengthForm.OCTET, largest))
    reassembly = Reassembly()
    parts = [reassembly.add(*one) for one in FrameStream(LengthForm.OCTET).feed(wire)]
    assert parts[-1] == payload
    assert parts[:-1] == [None] * (len(parts) - 1)


def test_a_response_between_two_segments_disturbs_neither() -> None:
    reassembly = Reassembly()
    assert reassembly.add(Header(INFO, 1, more=True), b"a") is None
    assert reassembly.add(Header(Opcode(2, 0, 2), 1), b"x") == b"x"
    assert reassembly.add(Header(INFO, 1), b"b") == b"ab"


def test_what_is_dropped_is_not_completed_by_what_follows() -> None:
    reassembly = Reassembly()
    reassembly.add(Header(INFO, 1, more=True), b"a")
    reassembly.drop()
    assert reassembly.add(Header(INFO, 1), b"b") == b"b"


@pytest.mark.parametrize("part", [b"", bytes(255)], ids=["empty", "full"])
def test_many_messages_without_an_end_do_not_fill_the_memory(part: bytes) -> None:
    reassembly = Reassembly()

    def feed_forever() -> None:
        for at in range(0x1_0002):
            reassembly.add(Header(Opcode(3, at % 16, at % 64), len(part), more=True), part)

    with pytest.raises(BadSegment):
        feed_forever()


def test_a_message_without_an_end_is_refused_before_it_fills_the_memory() -> None:
    reassembly = Reassembly()
    part = bytes(255)

    def feed_forever() -> None:
        while True:
            reassembly.add(Header(INFO, 255, more=True), part)

    with pytest.raises(BadSegment):
        feed_forever()


def frames(data: bytes, *, chunk: int = 0) -> tuple[list[bytes], FrameStream]:
    """The frames found in a stream, fed whole or in chunks."""
    stream = FrameStream(LengthForm.OCTET)
    step = chunk or len(data)
    found = [
        header.encode(LengthForm.OCTET) + part
        for at in range(0, len(data), step)
        for header, part in stream.feed(data[at : at + step])
    ]
    return found, stream


@pytest.mark.parametrize("chunk", [0, 1, 3, 64])
def test_frames_are_found_however_they_arrive(chunk: int) -> None:
    found, stream = frames(FRAME + STATUS + FRAME, chunk=chunk)
    assert found == [FRAME, STATUS, FRAME]
    assert (stream.garbage, stream.pending) == (0, 0)


GARBAGE = {
    "zeros": bytes(40),
    "a boot message": b"DWM3001CDK UCI ready\r\n",
    "ones": b"\xff" * 7,
    "the end of a frame": FRAME[20:],
    "a command's echo": bytes.fromhex("20 02 00 00"),
}


@pytest.mark.parametrize("noise", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("chunk", [0, 1, 16])
def test_garbage_between_frames_costs_no_frame(noise: bytes, chunk: int) -> None:
    found, stream = frames(noise + FRAME + noise + STATUS + noise + FRAME, chunk=chunk)
    assert found == [FRAME, STATUS, FRAME]
    assert stream.garbage == 3 * len(noise)


@pytest.mark.parametrize("cut", [5, 17, 30, 59])
def test_a_cut_frame_costs_only_itself(cut: int) -> None:
    found, stream = frames(FRAME + FRAME[:cut] + FRAME + STATUS)
    assert found == [FRAME, FRAME, STATUS]
    assert stream.garbage == cut


def test_short_frames_swallowed_by_a_cut_one_are_found() -> None:
    answer = bytes.fromhex("42 01 00 01 00")
    found, stream = frames(FRAME[:43] + answer + STATUS + STATUS)
    assert found == [answer, STATUS, STATUS]
    assert stream.garbage == 43


def test_silence_after_a_cut_frame_gives_it_up() -> None:
    found, stream = frames(STATUS + FRAME[:30])
    assert found == [STATUS]
    assert stream.pending == 30
    assert list(stream.abandon()) == []
    assert [header.opcode for header, _ in stream.feed(FRAME)] == [INFO]
    assert stream.garbage == 30


def test_silence_after_a_cut_frame_brings_back_what_it_swallowed() -> None:
    found, stream = frames(FRAME[:13] + STATUS + STATUS)
    assert found == []
    assert len(list(stream.abandon())) == 2
    assert (stream.garbage, stream.pending) == (13, 0)


@pytest.mark.parametrize("beyond", [1, 2, 3, 4])
def test_a_cut_frame_gives_back_what_ends_just_beyond_it(beyond: int) -> None:
    """Where fewer octets than a header follow, too: the line may be silent after them."""
    whole = len(STATUS)
    found, stream = frames(FRAME[: len(FRAME) - 2 * whole + beyond] + STATUS + STATUS)
    assert found == [STATUS, STATUS]
    assert stream.pending == 0


def test_a_device_hears_commands_only() -> None:
    stream = FrameStream(LengthForm.OCTET, FROM_HOST)
    found = list(stream.feed(STATUS + bytes.fromhex("20 02 00 00")))
    assert [header.opcode for header, _ in found] == [Opcode(1, 0, 2)]
    assert stream.garbage == len(STATUS)


HARD = {
    "empty frames that lead nowhere": bytes.fromhex("60 00 00 00") * 1000,
    "frames that swallow each other": bytes.fromhex("80 00 D0 07") * 1000,
    "frames that end in garbage": bytes.fromhex("80 00 D0 07") * 500 + bytes(2000),
}


@pytest.mark.parametrize("inside", HARD.values(), ids=HARD)
@pytest.mark.parametrize("silent", [False, True])
def test_no_frame_makes_the_host_read_its_octets_over_and_over(
    inside: bytes, silent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, reads = FrameStream(LengthForm.OCTET), 0
    genuine = vars(stream)["_read"]

    def counted(data: bytes) -> Header:
        nonlocal reads
        reads += 1
        found = genuine(data)
        assert isinstance(found, Header)
        return found

    monkeypatch.setattr(stream, "_read", counted)
    length = len(inside) + (100 if silent else 0)
    wire = bytes((0x80, 0, length & 0xFF, length >> 8)) + inside + bytes(50)
    list(stream.feed(wire))
    if silent:
        list(stream.abandon())
    assert reads < 2 * len(wire)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300), form=st.sampled_from(LengthForm), chunk=st.integers(1, 50))
def test_no_stream_of_bytes_raises_and_every_octet_is_accounted_for(
    data: bytes, form: LengthForm, chunk: int
) -> None:
    stream = FrameStream(form)
    taken = 0
    for at in range(0, len(data), chunk):
        taken += sum(4 + len(part) for _, part in stream.feed(data[at : at + chunk]))
    assert taken + stream.garbage + stream.pending == len(data)
