"""The channel: who gets one, and what goes through it."""

from __future__ import annotations

import struct
from functools import partial

import pytest
from bumble.l2cap import L2capError

from drivers.api.ble import INSUFFICIENT_ENCRYPTION, Link
from drivers.api.errors import DriverError, LinkLost
from tests.drivers.ble.central import Central
from tests.drivers.ble.ears import Ears
from tests.drivers.ble.radio_bench import SERVICE, SPSM, Bench

SIGNALLING, ATT, SMP = 0x0005, 0x0004, 0x0006


def _refused(phone: Central, spsm: int = SPSM) -> int:
    with pytest.raises(L2capError) as refused:
        phone.open(spsm)
    assert refused.value.error_code is not None
    return refused.value.error_code


def test_an_unencrypted_channel_that_is_not_admitted_is_refused_as_such(bench: Bench) -> None:
    assert _refused(bench.connected()) == INSUFFICIENT_ENCRYPTION
    bench.ears.wait("channel_refused")
    assert "channel_opened" not in bench.ears.told


def test_an_unencrypted_channel_is_made_where_the_listener_admits_it(bench: Bench) -> None:
    bench.ears.open_to_all = True
    phone = bench.connected()
    phone.open(SPSM)
    bench.ears.wait("channel_opened")
    assert not bench.ears.link.encrypted


def test_an_unknown_spsm_is_refused_without_asking(bench: Bench) -> None:
    assert _refused(bench.connected(), 0x0099) == 0x0002
    assert bench.ears.told == ["connected"]


def test_messages_go_both_ways_in_order(bench: Bench) -> None:
    phone = bench.talking()
    there = [bytes([number]) * (1 + number % 200) for number in range(120)]
    back = [bytes([number, 1]) * (1 + number % 100) for number in range(120)]
    phone.send(*there)
    for message in back:
        bench.ears.channel.send(message)
    bench.ears.wait("received", len(there))
    assert bench.ears.messages == there
    bench.ears.until(lambda: len(phone.received) == len(back), 5)
    assert phone.received == back


def test_the_largest_message_and_the_empty_one_pass_both_ways(bench: Bench) -> None:
    phone = bench.talking()
    largest = bytes(range(255))
    phone.send(largest)
    phone.say(_cid(phone), struct.pack("<H", 0))  # Bumble itself sends no empty SDU
    phone.send(b"x")
    bench.ears.wait("received", 3)
    assert bench.ears.messages == [largest, b"", b"x"]
    for message in (largest, b"", b"y"):
        bench.ears.channel.send(message)
    bench.ears.until(lambda: len(phone.received) == 3, 5)
    assert phone.received == [largest, b"", b"y"]


def _cid(phone: Central) -> int:
    """The vehicle's end of the channel."""
    assert phone.channel is not None
    return phone.channel.destination_cid


def test_a_message_that_the_phone_does_not_take_is_not_sent(bench: Bench) -> None:
    phone = bench.bonded()
    phone.open(SPSM, mtu=64)
    bench.ears.wait("channel_opened")
    with pytest.raises(DriverError, match="of 65 octets: the phone takes 64"):
        bench.ears.channel.send(bytes(65))
    bench.ears.channel.send(bytes(64))
    bench.ears.until(lambda: phone.received == [bytes(64)], 5)


def test_an_sdu_larger_than_the_vehicle_takes_ends_the_channel_unheard(bench: Bench) -> None:
    phone = bench.talking()
    phone.say(_cid(phone), struct.pack("<H", 256) + bytes(256))
    bench.ears.wait("channel_closed")
    assert bench.ears.messages == []
    with pytest.raises(LinkLost, match="closed"):
        bench.ears.channel.send(b"x")
    phone.open(SPSM)
    bench.ears.wait("channel_opened", 2)


def test_more_octets_than_an_sdu_announced_end_the_channel(bench: Bench) -> None:
    phone = bench.talking()
    phone.say(_cid(phone), struct.pack("<H", 4) + bytes(5))
    bench.ears.wait("channel_closed")
    assert bench.ears.messages == []


def test_an_sdu_is_put_together_from_its_frames_and_not_before(bench: Bench) -> None:
    phone = bench.talking()
    for part in (b"\x04", b"\x00", b"ab", b"c"):
        phone.say(_cid(phone), part)
    bench.ears.pass_time(1)
    assert bench.ears.messages == []
    phone.say(_cid(phone), b"d")
    bench.ears.wait("received")
    assert bench.ears.messages == [b"abcd"]


def test_a_phone_gets_one_channel(bench: Bench) -> None:
    phone = bench.talking()
    first = phone.channel
    assert _refused(phone) == 0x0004
    phone.channel = first
    phone.send(b"still here")
    bench.ears.wait("received")
    assert bench.ears.told.count("channel_opened") == 1


def test_a_channel_that_the_phone_closed_is_told_and_can_be_opened_again(bench: Bench) -> None:
    phone = bench.talking()
    for count in (1, 2, 3):
        channel = bench.ears.channel
        phone.close_channel()
        bench.ears.wait("channel_closed", count)
        with pytest.raises(LinkLost):
            channel.send(b"x")
        phone.open(SPSM)
        bench.ears.wait("channel_opened", count + 1)
    bench.ears.channel.send(b"to the newest")
    bench.ears.until(lambda: phone.received == [b"to the newest"], 5)


def test_a_channel_that_the_vehicle_closes_is_closed_at_the_phone(bench: Bench) -> None:
    phone = bench.talking()
    bench.ears.channel.close()
    bench.ears.channel.close()
    with pytest.raises(LinkLost):
        bench.ears.channel.send(b"x")
    bench.ears.pass_time(1)
    assert phone.channel is not None
    assert phone.channel.state is phone.channel.State.DISCONNECTED
    assert "channel_closed" not in bench.ears.told
    phone.open(SPSM)
    bench.ears.wait("channel_opened", 2)


class _Enough(Ears):
    """Closes its channel at the first message."""

    def received(self, link: Link, message: bytes, t_ns: int) -> None:
        super().received(link, message, t_ns)
        self.channel.close()


def test_what_is_said_after_the_vehicle_closed_is_not_heard(bench: Bench) -> None:
    bench.ears = _Enough(bench.clock)
    bench.radio.serve(SERVICE, bench.ears)
    phone = bench.talking()
    phone.send(b"one", b"two", b"three")
    bench.ears.pass_time(1)
    assert bench.ears.messages == [b"one"]


def _request(code: int, *fields: int) -> bytes:
    body = struct.pack(f"<{len(fields)}H", *fields)
    return struct.pack("<BBH", code, 9, len(body)) + body


WAYS_AROUND = {
    "enhanced channels": _request(0x17, SPSM, 64, 64, 8, 0x0050),
    "a channel of BR/EDR to the SDP server": _request(0x02, 0x0001, 0x0050),
    "no room for a frame": _request(0x14, SPSM, 0x0050, 255, 0, 8),
    "a channel number out of range": _request(0x14, SPSM, 0x0004, 255, 64, 8),
}


@pytest.mark.parametrize("pdu", WAYS_AROUND.values(), ids=WAYS_AROUND)
def test_there_is_no_way_around_the_gate(bench: Bench, pdu: bytes) -> None:
    phone = bench.connected()
    bench.ears.open_to_all = True
    phone.say(SIGNALLING, pdu)
    bench.ears.pass_time(1)
    channels = bench.radio_stack().device.l2cap_channel_manager.channels
    assert not any(channels.values())
    assert bench.ears.told == ["connected"]


HOSTILE = {
    "empty": b"",
    "one octet": b"\x14",
    "a length that lies": bytes.fromhex("14 01 ff00 8100"),
    "an empty request": bytes.fromhex("14 01 0000"),
    "credits for nobody": _request(0x16, 0x0070, 0xFFFF),
    "a close of nothing": _request(0x06, 0x0070, 0x0071),
    "an unknown command": bytes.fromhex("fe 01 0400 00000000"),
    "noise": bytes(range(256)),
}


@pytest.mark.parametrize("cid", [SIGNALLING, ATT, SMP, 0x003A, 0x7777])
@pytest.mark.parametrize("pdu", HOSTILE.values(), ids=HOSTILE)
def test_hostile_octets_beside_the_channel_harm_nothing(bench: Bench, cid: int, pdu: bytes) -> None:
    phone = bench.talking()
    phone.say(cid, pdu)
    bench.ears.pass_time(1)
    phone.send(b"still here")
    bench.ears.wait("received")
    assert bench.ears.messages == [b"still here"]


@pytest.mark.parametrize("pdu", HOSTILE.values(), ids=HOSTILE)
def test_hostile_octets_on_the_channel_are_not_heard_and_cost_the_channel_at_most(
    bench: Bench, pdu: bytes
) -> None:
    phone = bench.talking()
    phone.say(_cid(phone), pdu)
    bench.ears.pass_time(1)
    if "channel_closed" not in bench.ears.told:
        phone.close_channel()
    bench.ears.wait("channel_closed")
    phone.open(SPSM)
    bench.ears.wait("channel_opened", 2)
    phone.send(b"still here")
    bench.ears.wait("received")
    assert bench.ears.messages == [b"still here"]


def _has_received(phone: Central, messages: list[bytes]) -> bool:
    return phone.received == messages


def test_two_phones_talk_at_once_and_do_not_mix(bench: Bench) -> None:
    phones = [bench.phone(), bench.phone("D0:00:00:00:00:02")]
    bench.ears.open_to_all = True
    for count, phone in enumerate(phones, 1):
        bench.connected(phone)
        phone.open(SPSM)
        bench.ears.wait("channel_opened", count)
    for number in range(20):
        for phone, channel in zip(phones, bench.ears.channels, strict=True):
            phone.send(phone.address.encode() + bytes((number,)))
            channel.send(phone.address.encode() + bytes((number,)))
    bench.ears.wait("received", 40)
    for phone, link in zip(phones, bench.ears.links, strict=True):
        mine = [phone.address.encode() + bytes((number,)) for number in range(20)]
        assert link.peer == phone.address
        assert [one for one in bench.ears.messages if one.startswith(mine[0][:-1])] == mine
        bench.ears.until(partial(_has_received, phone, mine), 5)
    phones[0].disconnect()
    bench.ears.wait("disconnected")
    phones[1].send(b"still here")
    bench.ears.wait("received", 41)
