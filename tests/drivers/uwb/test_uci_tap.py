"""What the tap on a chip's line keeps: every frame both ways, and no key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api.errors import LinkLost
from drivers.api.packets import UCI, WirePacket
from drivers.api.uwb import CccSession, FiraSession
from drivers.sim.uwb_chip import VirtualUwbChip
from drivers.uwb.host import Patience, UciHost
from drivers.uwb.kits import TcpAnchor
from drivers.uwb.settings import elements
from drivers.uwb.uci import messages
from drivers.uwb.uci.opcodes import Opcode
from drivers.uwb.uci.packet import Packet
from drivers.uwb.uci.profiles import GENERIC, NXP, PROFILES, Profile
from drivers.uwb.uci.session import (
    Controlee,
    GetAppConfigAnswer,
    KeyedControlee,
    LongKeyedControlee,
    SetAppConfig,
    SetAppConfigAnswer,
    UpdateMulticastList,
)
from drivers.uwb.uci.tlv import Tlv
from drivers.uwb.uci_secrets import UciSecrets
from tests.drivers.uwb.scripted_port import Kept, ScriptedPort
from tests.drivers.uwb.uci.test_uci_vectors import GOLDEN

KEY = bytes(range(0xA0, 0xC0))
IV, HOP_KEY = b"\xc1\xc2\xc3\xc4\xc5\xc6", b"\xd1\xd2\xd3\xd4" + bytes(12)
CCC = CccSession(
    session_id=9,
    ursk=KEY,
    sts_index0=1000,
    time0_us=0,
    ran_multiplier=1,
    chaps_per_slot=6,
    slots_per_round=12,
    responders=4,
    responder_index=0,
    sync_code=9,
    hop_key=HOP_KEY,
)
FIRA = FiraSession(session_id=7, address=1, peers=(2,), static_iv=IV)
SET_OK = bytes.fromhex("41 03 00 02 00 00")
INFO = bytes.fromhex(GOLDEN)


def masked(packet: Packet, profile: Profile = GENERIC) -> tuple[bytes, str]:
    return UciSecrets(profile).masked(*packet)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@pytest.mark.parametrize(
    ("session", "secrets"), [(CCC, (KEY, HOP_KEY[:4])), (FIRA, (IV,))], ids=["CCC", "FiRa"]
)
def test_keys_of_a_session_are_zeros_and_all_else_stands(
    profile: Profile, session: CccSession | FiraSession, secrets: tuple[bytes, ...]
) -> None:
    packet = messages.encode(SetAppConfig(9, elements(session, profile)))
    kept, told = masked(packet, profile)
    assert told.startswith("value of tag ")
    assert all(secret in packet.payload and secret not in kept for secret in secrets)
    before = SetAppConfig.decode(packet.payload).elements
    for old, new in zip(before, SetAppConfig.decode(kept).elements, strict=True):
        closed = any(secret in old.value for secret in secrets)
        assert new == (Tlv(old.tag, bytes(len(old.value))) if closed else old)


def test_an_element_nobody_knows_is_closed() -> None:
    kept, told = masked(messages.encode(SetAppConfig(9, (Tlv(0xE9, KEY[:4]), Tlv(0x04, b"\x09")))))
    assert SetAppConfig.decode(kept).elements == (Tlv(0xE9, bytes(4)), Tlv(0x04, b"\x09"))
    assert told == "value of tag E9"


def test_keys_that_a_device_tells_are_closed() -> None:
    answer = messages.encode(GetAppConfigAnswer(0, (Tlv(0x45, KEY[:16]), Tlv(0x04, b"\x09"))))
    kept, _ = masked(answer)
    assert GetAppConfigAnswer.decode(kept).elements == (Tlv(0x45, bytes(16)), Tlv(0x04, b"\x09"))


def test_keys_of_controlees_are_closed_and_lists_without_keys_are_open() -> None:
    for action, entry in ((2, KeyedControlee(1, 2, KEY[:16])), (3, LongKeyedControlee(1, 2, KEY))):
        packet = messages.encode(UpdateMulticastList(9, action, (entry,)))
        kept, told = masked(packet)
        assert kept == packet.payload[:6] + bytes(len(packet.payload) - 6)
        assert told == "keys of controlees"
    plain = messages.encode(UpdateMulticastList(9, 0, (Controlee(1, 2),)))
    assert masked(plain) == (plain.payload, "")


@pytest.mark.parametrize(
    "opcode",
    [(1, 0xE, 0x01), (3, 0xB, 0x05), (1, 0x1, 0x3F), (1, 0x0, 0x04), (2, 0x0, 0x05), (0, 0x3, 0)],
)
def test_messages_of_makers_and_unknown_ones_are_closed(opcode: tuple[int, int, int]) -> None:
    kept, told = masked(Packet(Opcode(*opcode), KEY))
    assert (kept, told) == (bytes(len(KEY)), "message that may hold anything")


@given(st.sampled_from([(1, 1, 3), (2, 1, 4), (1, 1, 7)]), st.binary(max_size=60))
def test_whatever_a_payload_holds_its_length_stays(
    opcode: tuple[int, int, int], payload: bytes
) -> None:
    kept, _ = masked(Packet(Opcode(*opcode), payload))
    assert len(kept) == len(payload)


Line = tuple[UciHost, ScriptedPort, "list[WirePacket]"]


@pytest.fixture(params=[GENERIC, NXP], ids=["generic", "nxp"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    port, found = ScriptedPort(lambda _: []), list[WirePacket]()
    host = UciHost(port, request.param, Kept(), patience=Patience(answer_s=20))
    host.tap.sink = found.append
    yield host, port, found
    host.close()


def test_a_command_in_segments_is_kept_in_them_without_its_key(line: Line) -> None:
    host, port, found = line
    answers = iter([[], [SET_OK]])
    vars(port)["_reply"] = lambda _: next(answers)
    long = Tlv(0x07, b"\x01" * 248)  # so that the key is cut by the end of the first segment
    host.ask(SetAppConfig(1, (long, Tlv(0x45, KEY[:16]))), SetAppConfigAnswer)
    commands = [packet for packet in found if packet.sent]
    assert [packet.octets[:4] for packet in commands] == [sent[:4] for sent in port.sent]
    assert [len(packet.octets) for packet in commands] == [len(sent) for sent in port.sent]
    wire = b"".join(sent[4:] for sent in port.sent)
    assert KEY[:16] in wire
    kept = b"".join(packet.octets[4:] for packet in commands)
    assert kept == wire.replace(KEY[:16], bytes(16))
    assert commands[-1].masked == "value of tag 45"
    assert found[-1].octets == SET_OK
    assert commands[0].t_ns <= found[-1].t_ns


def test_what_comes_is_kept_as_it_came(line: Line) -> None:
    host, port, found = line
    vars(port)["_reply"] = lambda _: [b"noise\r\n" + INFO, INFO + SET_OK]
    host.ask(SetAppConfig(1, ()), SetAppConfigAnswer)
    received = [packet for packet in found if not packet.sent]
    assert [packet.octets for packet in received] == [INFO, INFO, SET_OK]
    assert {packet.masked for packet in received} == {""}


def test_a_long_length_is_kept_as_nxp_writes_it() -> None:
    port, found, kept = ScriptedPort(lambda _: []), list[WirePacket](), Kept()
    host = UciHost(port, NXP, kept)
    host.tap.sink = found.append
    long = b"\x62\x80" + len(INFO[4:]).to_bytes(2, "little") + INFO[4:]
    port.send(long)
    kept.messages.get(timeout=5)
    host.close()
    assert [packet.octets for packet in found] == [long]


def test_a_message_with_keys_that_comes_in_parts_is_closed_whole(line: Line) -> None:
    host, port, found = line
    tlv = bytes((0, 1, 0x45, 16)) + KEY[:16]
    parts = [b"\x51\x04\x00\x0a" + tlv[:10], b"\x41\x04\x00\x0a" + tlv[10:]]
    vars(port)["_reply"] = lambda _: [*parts, SET_OK]
    host.ask(SetAppConfig(1, ()), SetAppConfigAnswer)
    received = [packet for packet in found if not packet.sent]
    assert [packet.octets for packet in received[:2]] == [part[:4] + bytes(10) for part in parts]
    assert received[0].masked == "part of a message with secrets"


def test_an_anchor_tells_all_frames_of_a_session_and_goes_on_after_a_loss() -> None:
    with ExitStack() as stack:
        chip = stack.enter_context(VirtualUwbChip(seed=1, pace="free"))
        anchor = stack.enter_context(TcpAnchor(chip))
        found: list[WirePacket] = []
        assert anchor.packet_kind == UCI
        anchor.record(found.append, lambda message: message)
        ranging = anchor.start(CCC)
        assert ranging.next(10.0) is not None
        ranging.stop()
        chip.unplug()
        chip.plug()
        with suppress(LinkLost):
            anchor.start(CCC)
        assert [packet.octets[:2] for packet in found].count(b"\x20\x00") == 1  # reset again
        opcodes = [(packet.sent, packet.octets[0] & 0xEF, packet.octets[1]) for packet in found]
        assert opcodes[0] == (True, 0x21, 0x00)
        assert (True, 0x21, 0x03) in opcodes
        assert (False, 0x62, 0x20) in opcodes
        everything = b"".join(packet.octets for packet in found)
        assert KEY[:8] not in everything
        assert HOP_KEY[:4] not in everything
