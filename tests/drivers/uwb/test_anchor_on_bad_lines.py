"""An anchor on a chip whose line is noisy, cut, silent, busy or pulled."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from drivers.api.errors import DeviceNotFound, DriverUnavailable, LinkLost, LinkTimeout
from drivers.api.uwb import CccSession, FiraSession, Measurement
from drivers.sim.uwb_channel import UwbChannel
from drivers.sim.uwb_chip import VirtualUwbChip, VirtualUwbKit
from drivers.sim.uwb_chip.chip import UwbChip
from drivers.sim.uwb_chip.scene import standing_at
from drivers.uwb import serial_door
from drivers.uwb.anchor import UciAnchor
from drivers.uwb.kit import TCP
from drivers.uwb.kits import QorvoAnchor, TcpAnchor
from drivers.uwb.uci.profiles import GENERIC
from tests.drivers.uwb.scripted_port import ScriptedPort

FIRA = FiraSession(session_id=7, address=1, peers=(2,))
CCC = CccSession(
    session_id=9,
    ursk=bytes(32),
    sts_index0=1000,
    time0_us=0,
    ran_multiplier=1,
    chaps_per_slot=6,
    slots_per_round=12,
    responders=4,
    responder_index=0,
    sync_code=9,
)


@pytest.fixture
def chips() -> Iterator[Callable[[], VirtualUwbChip]]:
    with ExitStack() as stack:
        seeds = iter(range(100))
        yield lambda: stack.enter_context(VirtualUwbChip(seed=next(seeds), pace="free"))


def blocks_of(anchor: TcpAnchor, session: FiraSession | CccSession, count: int) -> list[int]:
    """The blocks of the first measurements; a silence of ten seconds ends them."""
    ranging = anchor.start(session)
    found: list[Measurement] = []
    while len(found) < count and (one := ranging.next(10.0)) is not None:
        found.append(one)
    ranging.stop()
    return [one.block if one.block is not None else -1 for one in found]


@pytest.mark.parametrize("session", [FIRA, CCC], ids=["FiRa", "CCC"])
def test_two_anchors_give_500_blocks_each_and_lose_none(
    chips: Callable[[], VirtualUwbChip], session: FiraSession | CccSession
) -> None:
    with TcpAnchor(chips()) as left, TcpAnchor(chips()) as right:
        for anchor in (left, right):
            assert blocks_of(anchor, session, 500) == list(range(500))
            assert anchor.health.garbage_octets == anchor.health.damaged == 0


def test_noise_between_frames_costs_no_block(chips: Callable[[], VirtualUwbChip]) -> None:
    chip = chips()
    noise = random.Random(5)  # noqa: S311 - a test's dice

    def noisy(data: bytes) -> bytes:
        return bytes(noise.choices(range(0x20), k=noise.randrange(9))) + data

    chip.spoil = noisy
    with TcpAnchor(chip) as anchor:
        assert blocks_of(anchor, CCC, 300) == list(range(300))
        assert anchor.health.garbage_octets > 0
        assert not anchor.self_test()[1].ok


def test_cut_frames_cost_only_themselves(chips: Callable[[], VirtualUwbChip]) -> None:
    chip = chips()
    count = 0

    def cutting(data: bytes) -> bytes:
        nonlocal count
        is_range = data[:2] == b"\x62\x20"
        count += is_range
        return data[:13] if is_range and count % 10 == 0 else data

    with TcpAnchor(chip) as anchor:
        chip.spoil = cutting
        found = blocks_of(anchor, CCC, 200)
    assert found == sorted(found)
    assert not {9, 19, 29} & set(found)
    assert len(set(found) & set(range(200))) == 180


def test_the_answer_behind_a_cut_frame_is_heard_once_the_line_is_silent(
    chips: Callable[[], VirtualUwbChip],
) -> None:
    chip = chips()
    cut = b"\x62\x20\x00\xc8" + bytes(5)  # of 204 octets, which never come

    def cut_ahead_of_the_answer(data: bytes) -> bytes:
        return cut + data if data[:2] == b"\x42\x01" else data

    with TcpAnchor(chip) as anchor:
        chip.spoil = cut_ahead_of_the_answer
        assert blocks_of(anchor, CCC, 3) == [0, 1, 2]
        assert anchor.health.garbage_octets == len(cut)


def test_a_busy_chip_is_asked_again(chips: Callable[[], VirtualUwbChip]) -> None:
    chip = chips()
    chip.chip.asks_to_retry = 3
    with TcpAnchor(chip) as anchor:
        chip.chip.asks_to_retry = 2
        assert blocks_of(anchor, FIRA, 3) == [0, 1, 2]


def test_a_chip_that_falls_silent_is_timed_out_with_the_step_named(
    chips: Callable[[], VirtualUwbChip],
) -> None:
    chip = chips()
    with TcpAnchor(chip) as anchor:
        anchor.name = "left"
        chip.spoil = lambda _data: b""
        with pytest.raises(LinkTimeout, match=r"left: SessionInit: no answer"):
            anchor.start(FIRA)
        chip.spoil = None
        assert blocks_of(anchor, CCC, 3) == [0, 1, 2]


def test_a_chip_that_was_silent_from_the_start_is_not_opened(
    chips: Callable[[], VirtualUwbChip],
) -> None:
    chip = chips()
    chip.spoil = lambda _data: b""
    with pytest.raises(LinkTimeout, match="DeviceReset"):
        TcpAnchor(chip)


def test_an_address_where_nobody_listens_is_not_found(
    chips: Callable[[], VirtualUwbChip],
) -> None:
    chip = chips()
    chip.unplug()
    with pytest.raises(DeviceNotFound, match=chip.address):
        TcpAnchor(chip)
    for wrong in ("7000", "localhost:uci", ""):
        with pytest.raises(DeviceNotFound, match="HOST:PORT"):
            TcpAnchor(wrong)


def test_a_link_dropped_at_every_step_of_a_session_is_lost_and_comes_back(
    chips: Callable[[], VirtualUwbChip],
) -> None:
    chip = chips()
    with TcpAnchor(chip) as anchor:
        for opcode in (b"\x41\x00", b"\x41\x03", b"\x42\x00"):  # init, configure, start

            def until(data: bytes, opcode: bytes = opcode) -> bytes:
                return b"" if opcode in data else data

            chip.spoil = until
            with pytest.raises(LinkTimeout):
                anchor.start(FIRA)
            chip.spoil = None
            chip.unplug()
            with pytest.raises(LinkLost):
                anchor.start(FIRA)
            chip.plug()
            assert blocks_of(anchor, FIRA, 2) == [0, 1]


def test_without_pyserial_a_kit_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "serial", None)
    with VirtualUwbKit() as kit, pytest.raises(DriverUnavailable, match="pip install pyserial"):
        QorvoAnchor(kit)
    with pytest.raises(DriverUnavailable):
        serial_door.path_of("0001", ())


def test_a_kit_that_is_not_plugged_in_is_not_found_by_its_serial_number() -> None:
    with pytest.raises(DeviceNotFound, match=r"0BADCAFE: no serial line .* seen: "):
        QorvoAnchor("0BADCAFE")


def test_a_line_that_another_program_holds_is_not_opened() -> None:
    with VirtualUwbKit() as kit, QorvoAnchor(kit), pytest.raises(DeviceNotFound, match="opening"):
        QorvoAnchor(kit)


def test_sessions_of_a_line_that_was_lost_unseen_end_when_it_is_opened_anew() -> None:
    pulled = False

    def opened() -> ScriptedPort:
        chip = UwbChip(GENERIC, standing_at(2.0), UwbChannel(), now_ns=0)

        def answer(frame: bytes) -> list[bytes]:
            if pulled:
                raise LinkLost("pulled")  # which the reading thread is not told of
            return [chip.hear(frame, 0)]

        return ScriptedPort(answer)

    with UciAnchor(TCP, opened, "desk") as anchor:
        ranging = anchor.start(FIRA)
        pulled = True
        with pytest.raises(LinkLost, match="pulled"):
            anchor.time_us()
        pulled = False
        anchor.time_us()
        with pytest.raises(LinkLost, match="desk: the line is lost"):
            ranging.next(10.0)
