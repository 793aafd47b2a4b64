"""Whatever comes over the line or the air, chip and card go on."""

from __future__ import annotations

from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.sim.isodep.crc import with_crc
from drivers.sim.isodep.selection import Frame
from drivers.sim.pn532.commands import COMMANDS
from drivers.sim.pn532.host_frame import encode
from tests.contracts.echo_card import EchoCard
from tests.drivers.sim.isodep.air_bench import Air
from tests.drivers.sim.pn532.host import BareHost

WAKE_UP, VERSION = "5555000000", "0000FF02FED4022A00"
IS_VERSION = "0000FF06FAD50332010607E800"

commands = st.tuples(st.sampled_from(sorted(COMMANDS)), st.binary(max_size=20)).map(
    lambda parts: encode(bytes((0xD4, parts[0])) + parts[1])
)
through = st.binary(max_size=30).map(lambda data: encode(b"\xd4\x42" + data))
lines = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from((b"\x00\x00\xff", b"\x00\xff\xff\xff", b"\x00\x00\xff\x00\xff\x00")),
        st.binary(max_size=300).filter(bool).map(encode),
        commands,
        through,
    ),
    max_size=12,
)

blocks = st.one_of(
    st.binary(max_size=20),
    st.tuples(
        st.sampled_from(
            b"\x02\x03\x12\x13\x0a\x0b\x06\xa2\xa3\xb2\xb3\xc2\xf2\xe0\xd0\x93\x50\x6a"
        ),
        st.binary(max_size=8),
    ).map(lambda parts: bytes((parts[0],)) + parts[1]),
    st.sampled_from((b"\xe0\x80", b"\xf2\x04", b"\x93\x20", b"\x50\x00", b"\x02\x00\xa4")),
)
frames = st.one_of(
    st.builds(Frame, blocks, st.integers(0, 7)),
    blocks.map(with_crc).map(Frame),
    st.sampled_from((Frame(b"\x26", 7), Frame(b"\x52", 7))),
)


@settings(max_examples=150, deadline=None)
@given(lines, st.booleans())
def test_whatever_the_host_sends_the_next_command_is_answered(
    said: list[bytes], held: bool
) -> None:
    with closing(BareHost()) as host:
        if held:
            host.antenna.enter(EchoCard())
        for octets in said:
            host.say(octets.hex())
        host.chip.silence()
        host.say(WAKE_UP)
        assert host.say(VERSION)[-1] == IS_VERSION


@settings(max_examples=200, deadline=None)
@given(st.lists(frames, max_size=15), st.booleans())
def test_whatever_was_on_the_air_the_next_field_finds_the_card(
    heard: list[Frame], active: bool
) -> None:
    with closing(Air()) as air:
        if active:
            air.activate()
        for frame in heard:
            air.picc.hear(frame, 0.01)
        air.picc.field(on=False)
        air.picc.field(on=True)
        air.activate()
        assert air.send("02 00A4") == bytes.fromhex("02 00A4 9000")
