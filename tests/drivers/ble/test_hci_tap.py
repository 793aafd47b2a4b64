"""What the tap on the HCI line keeps: everything in its place, and no secret."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api.packets import HCI, WirePacket
from drivers.ble.acl_secrets import CUT, AclDirection
from drivers.ble.hci_secrets import masked
from drivers.ble.tap import HciTap
from tests.drivers.ble.radio_bench import LTK, SPSM, Bench

KEY = bytes(range(0xA0, 0xB0))
TWO_KEYS = KEY + KEY[::-1]
ADDRESS = bytes(range(1, 7))
SECRET_MESSAGE = b"\x02\x09\x00\x10" + KEY


def command(opcode: int, parameters: bytes) -> bytes:
    return b"\x01" + opcode.to_bytes(2, "little") + bytes((len(parameters),)) + parameters


def event(code: int, parameters: bytes) -> bytes:
    return bytes((4, code, len(parameters))) + parameters


def complete(opcode: int, results: bytes) -> bytes:
    return event(0x0E, b"\x01" + opcode.to_bytes(2, "little") + b"\x00" + results)


def acl(data: bytes, *, continues: bool = False, handle: int = 0x40) -> bytes:
    flags = handle | (0x1000 if continues else 0x2000)
    return b"\x02" + flags.to_bytes(2, "little") + len(data).to_bytes(2, "little") + data


def pdu(channel: int, data: bytes) -> bytes:
    return len(data).to_bytes(2, "little") + channel.to_bytes(2, "little") + data


def frames(message: bytes, size: int) -> list[bytes]:
    """A DK message as an SDU, in L2CAP packets of so many octets at most."""
    sdu = len(message).to_bytes(2, "little") + message
    return [pdu(0x0041, sdu[at : at + size]) for at in range(0, len(sdu), size)]


def mask(message: bytes) -> bytes:
    """As the rig does: the header stays."""
    return message[:4] + bytes(len(message) - 4)


def kept(*packets: bytes, over: bool = False) -> list[WirePacket]:
    way = AclDirection(mask)
    found = [one for t, each in enumerate(packets) for one in way.take(WirePacket(t, True, each))]
    return [*found, *(way.ended() if over else ())]


HOLDS_KEYS = {
    "LE Enable Encryption": (command(0x2019, b"\x40\0" + bytes(10) + KEY), 6),
    "LE Long Term Key Request Reply": (command(0x201A, b"\x40\0" + KEY), 6),
    "LE Add Device To Resolving List": (command(0x2027, b"\0" + ADDRESS + TWO_KEYS), 11),
    "LE Encrypt": (command(0x2017, TWO_KEYS), 4),
    "result of LE Encrypt": (complete(0x2017, KEY), 7),
    "result of LE Rand": (complete(0x2018, KEY[:8]), 7),
    "LE Generate DHKey Complete": (event(0x3E, b"\x09\0" + TWO_KEYS), 5),
    "LE Long Term Key Request": (event(0x3E, b"\x05\x40\0" + KEY[:10]), 6),
    "Link Key Request Reply": (command(0x040B, ADDRESS + KEY), 10),
    "Link Key Notification": (event(0x18, ADDRESS + KEY + b"\5"), 9),
    "Remote OOB Data Request Reply": (command(0x0430, ADDRESS + TWO_KEYS), 10),
    "result of Read Local OOB Data": (complete(0x0C57, TWO_KEYS), 7),
    "maker's command": (command(0xFC01, KEY), 4),
    "result of a maker's command": (complete(0xFC01, KEY), 7),
    "maker's event": (event(0xFF, KEY), 3),
    "audio": (b"\x05\x40\0\x10\0" + KEY, 1),
}


@pytest.mark.parametrize(("packet", "open_octets"), HOLDS_KEYS.values(), ids=HOLDS_KEYS)
def test_a_key_in_hci_is_zeros_and_said_to_be(packet: bytes, open_octets: int) -> None:
    octets, told = masked(packet)
    assert octets == packet[:open_octets] + bytes(len(packet) - open_octets)
    assert told


@pytest.mark.parametrize(
    "packet",
    [
        command(0x0C03, b""),
        command(0x2006, bytes(range(15))),
        complete(0x0C03, b""),
        event(0x3E, b"\x01\x00\x40\x00" + bytes(range(15))),
        event(0x05, b"\x00\x40\x00\x13"),
    ],
)
def test_other_commands_and_events_are_kept_whole(packet: bytes) -> None:
    assert masked(packet) == (packet, "")


@pytest.mark.parametrize("code", [0x03, 0x04, 0x06, 0x07, 0x08, 0x0A, 0x40])
def test_secrets_of_a_pairing_are_zeros(code: int) -> None:
    (packet,) = kept(acl(pdu(6, bytes((code,)) + KEY)))
    assert packet.octets == acl(pdu(6, bytes((code,)) + bytes(16)))
    assert packet.masked == "secret of a pairing"


@pytest.mark.parametrize("code", [0x01, 0x02, 0x05, 0x09, 0x0C, 0x0D])
def test_what_is_open_in_a_pairing_is_kept(code: int) -> None:
    packet = acl(pdu(6, bytes((code,)) + KEY))
    assert kept(packet) == [WirePacket(0, True, packet)]


def test_a_key_cut_into_fragments_is_zeros_in_each() -> None:
    whole = pdu(6, b"\x08" + KEY)
    found = kept(acl(whole[:9]), acl(whole[9:15], continues=True), acl(whole[15:], continues=True))
    shown = pdu(6, b"\x08" + bytes(16))
    assert [packet.octets for packet in found] == [
        acl(shown[:9]),
        acl(shown[9:15], continues=True),
        acl(shown[15:], continues=True),
    ]
    assert [packet.t_ns for packet in found] == [0, 1, 2]


@pytest.mark.parametrize("size", [3, 7, 22, 300])
@pytest.mark.parametrize("fragment", [5, 9, 27, 300])
def test_a_message_is_masked_over_packets_and_fragments(size: int, fragment: int) -> None:
    packets = [
        acl(frame[at : at + fragment], continues=at > 0)
        for frame in frames(SECRET_MESSAGE, size)
        for at in range(0, len(frame), fragment)
    ]
    shown = [
        acl(frame[at : at + fragment], continues=at > 0)
        for frame in frames(mask(SECRET_MESSAGE), size)
        for at in range(0, len(frame), fragment)
    ]
    found = kept(*packets)
    assert [packet.octets for packet in found] == shown
    assert [packet.t_ns for packet in found] == list(range(len(packets)))
    assert {packet.masked for packet in found} <= {"", "secrets of a DK message"}
    assert found[-1].masked


def test_messages_follow_each_other() -> None:
    plain = acl(pdu(4, b"\x0a\x10\x00"))
    (secret,) = map(acl, frames(SECRET_MESSAGE, 300))
    (shown,) = map(acl, frames(mask(SECRET_MESSAGE), 300))
    assert [p.octets for p in kept(secret, plain, secret)] == [shown, plain, shown]


HALVES = [acl(frame) for frame in frames(SECRET_MESSAGE, 12)]
CUTS = {
    "half a message": HALVES[:1],
    "half a packet": [acl(pdu(4, KEY)[:12])],
    "the rest of a packet that nobody saw begin": [acl(KEY, continues=True)],
    "a packet that is longer than it says": [acl(b"\x02\x00\x04\x00" + KEY)],
    "no packet at all": [acl(KEY[:3])],
    "more than was missing": [acl(pdu(4, KEY)[:12]), acl(KEY + KEY, continues=True)],
    "another begins in the middle": [acl(pdu(6, b"\x08" + KEY)[:12]), acl(pdu(4, b"\x01"))],
    "a channel nobody knows": [acl(pdu(0x3F, KEY))],
    "more than the message says": [acl(pdu(0x41, b"\x04\x00" + KEY))],
    "no length": [acl(pdu(0x41, KEY[:1]))],
}


@pytest.mark.parametrize("packets", CUTS.values(), ids=CUTS)
def test_what_never_becomes_whole_keeps_nothing_but_headers(packets: list[bytes]) -> None:
    found = kept(*packets, over=True)
    assert [len(one.octets) for one in found] == [len(one) for one in packets]
    assert not any(octet in packet.octets[5:] for packet in found for octet in KEY)
    assert any(packet.masked for packet in found)


def test_what_is_too_long_is_given_up_at_once() -> None:
    assert len(kept(*CUTS["more than was missing"])) == 2


def test_a_connection_that_ends_releases_its_half_message_and_the_next_begins_anew() -> None:
    found: list[WirePacket] = []
    tap = HciTap(iter(range(100)).__next__)
    tap.record(found.append, mask)
    ended = event(0x05, b"\x00\x40\x00\x13")
    (whole,) = map(acl, frames(SECRET_MESSAGE, 300))
    for packet in (HALVES[0], ended, whole):
        tap.passed(packet, sent=False)
    half, end, message = found
    assert (half.masked, end.octets, message.masked) == (CUT, ended, "secrets of a DK message")


def test_a_controller_that_resets_has_no_half_message() -> None:
    found: list[WirePacket] = []
    tap = HciTap(iter(range(100)).__next__)
    tap.record(found.append, mask)
    tap.passed(HALVES[0], sent=False)
    tap.passed(command(0x0C03, b""), sent=True)
    assert [packet.masked for packet in found] == [CUT, ""]


def test_a_mask_that_changes_the_length_is_not_believed() -> None:
    way = AclDirection(lambda message: message + b"!")
    (packet,) = way.take(WirePacket(0, True, acl(frames(SECRET_MESSAGE, 300)[0])))
    assert packet.octets[11:] == bytes(len(SECRET_MESSAGE))
    assert packet.masked == CUT


def test_a_phone_that_sends_crumbs_fills_no_memory() -> None:
    way, crumbs = AclDirection(mask), 5000
    packets = [acl(pdu(6, bytes(60_000))[:5]), *[acl(b"", continues=True)] * crumbs]
    found = [one for each in packets for one in way.take(WirePacket(0, False, each))]
    assert len(found) > crumbs - 1100


@given(st.lists(st.binary(max_size=40), max_size=6), st.booleans())
def test_whatever_crosses_nothing_is_raised_and_nothing_gets_lost(
    packets: list[bytes], as_acl: bool
) -> None:
    found: list[WirePacket] = []
    tap = HciTap(iter(range(100)).__next__)
    tap.record(found.append, mask)
    for packet in packets:
        tap.passed(acl(packet, handle=len(packet) % 2) if as_acl else packet, sent=False)
    tap.lost()
    assert len(found) == len(packets)


class Heard:
    """A sink that keeps what it is told, and can be waited for."""

    def __init__(self) -> None:
        self.packets: list[WirePacket] = []
        self._changed = threading.Condition()

    def __call__(self, packet: WirePacket) -> None:
        with self._changed:
            self.packets.append(packet)
            self._changed.notify_all()

    def wait(self, for_one: Callable[[WirePacket], bool]) -> WirePacket:
        with self._changed:
            assert self._changed.wait_for(lambda: any(map(for_one, self.packets)), 10)
            return next(filter(for_one, self.packets))


def test_a_radio_tells_what_it_sends_and_reads(bench: Bench) -> None:
    heard = Heard()
    assert bench.radio.packet_kind == HCI
    bench.radio.record(heard, mask)
    before_ns = bench.clock.now_ns()
    phone = bench.bonded()
    phone.open(SPSM)
    bench.ears.wait("channel_opened")
    reply = heard.wait(lambda packet: packet.octets[:3] == b"\x01\x1a\x20")
    assert (reply.sent, reply.masked) == (True, "long-term key")
    assert reply.octets[6:] == bytes(16)
    connected = heard.wait(lambda packet: packet.octets[:2] == b"\x04\x3e")
    assert not connected.sent
    times = [packet.t_ns for packet in heard.packets]
    assert before_ns <= times[0]
    assert times == sorted(times)
    everything = b"".join(packet.octets for packet in heard.packets)
    assert LTK not in everything
    assert LTK[::-1] not in everything
    assert {packet.octets[0] for packet in heard.packets} == {1, 2, 4}


def test_a_controller_that_is_pulled_out_releases_half_messages(bench: Bench) -> None:
    heard = Heard()
    bench.radio.record(heard, mask)
    phone = bench.talking()
    phone.say(0x0040, b"\xff\x00" + KEY)
    bench.ears.pass_time(1)
    bench.unplug()
    half = heard.wait(lambda packet: packet.masked == CUT)
    assert half.octets.endswith(b"\xff\x00" + bytes(16))


def test_a_channel_s_messages_are_recorded_masked_both_ways(bench: Bench) -> None:
    heard = Heard()
    bench.radio.record(heard, mask)
    bench.talking()
    bench.ears.channel.send(SECRET_MESSAGE)
    sent = heard.wait(lambda packet: SECRET_MESSAGE[:4] in packet.octets)
    assert sent.sent
    assert sent.octets.endswith(mask(SECRET_MESSAGE))
    assert not [packet for packet in heard.packets if KEY in packet.octets]
