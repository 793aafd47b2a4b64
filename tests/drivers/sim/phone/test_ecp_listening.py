"""Which polling frames bring a phone's wallet up, with what, and for how long."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from drivers.api.clock import Clock
from drivers.sim.contactless import listener_of
from drivers.sim.phone.device import VirtualPhone
from drivers.sim.phone.ecp import ExpressMode, parse
from drivers.sim.phone.holder import VirtualHolder
from drivers.sim.phone.platforms import ECP_OF_WATCHES, EcpHabits
from drivers.sim.watch import VirtualWatch
from drivers.sim.world import ChipCard, World

APPLET, FRAMEWORK = "A000000809434343444B417631", "A000000809434343444B467631"
HOME_KEY = "A0000008580101"
NOT_FOUND = bytes.fromhex("6A82")


class HandClock(Clock):
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now_ms = 0

    def now_ns(self) -> int:
        return self.now_ms * 10**6

    def utc(self) -> datetime:
        return datetime(2026, 6, 1, tzinfo=UTC)

    def sleep(self, duration_s: float) -> None:
        self.now_ms += round(duration_s * 1000)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def express(clock: HandClock) -> ExpressMode:
    mode = ExpressMode(EcpHabits(), clock)
    mode.enter()
    mode.field(on=True)
    return mode


def hears(express: ExpressMode, frame: str) -> None:
    express.hear(bytes.fromhex(frame))


def found(express: ExpressMode) -> set[str]:
    """Of these three names, those that a SELECT finds."""
    selects = {aid: f"00A40400{len(aid) // 2:02X}{aid}00" for aid in (APPLET, FRAMEWORK, HOME_KEY)}
    return {aid for aid, apdu in selects.items() if express.refusal(bytes.fromhex(apdu)) is None}


# The table of section 8 of the public notes.
CALLS = {
    "access, location 1": ("6A 02 C3 02 01 01 00 01", {APPLET}),
    "access, location 2": ("6A 02 C3 02 01 01 00 02", {APPLET}),
    "access, location 3": ("6A 02 C3 02 01 01 00 03", {APPLET}),
    "access, subtype 08": ("6A 02 C3 02 08 01 00 01", {APPLET}),
    "access, reader id, 05": ("6A 02 CB 02 05 01 00 01 0011223344556677", {APPLET}),
    "access, reader id, 0A": ("6A 02 CB 02 0A 01 00 01 0011223344556677", {APPLET}),
    "pairing": ("6A 02 C3 02 09 01 00 01", {APPLET, FRAMEWORK}),
    "pairing, reader id": ("6A 02 CB 02 0B 01 00 01 0011223344556677", {APPLET, FRAMEWORK}),
    "home key, 06": ("6A 02 CB 02 06 02 11 00 0011223344556677", {HOME_KEY}),
    "home key, 04": ("6A 02 CB 02 04 02 11 00 0011223344556677", {HOME_KEY}),
}
FOR_SOMETHING_ELSE = {
    "another maker's car": "6A 02 C3 02 01 01 01 01",
    "a pairing subtype with a reader id": "6A 02 CB 02 09 01 00 01 0011223344556677",
    "an access subtype that wants a reader id": "6A 02 C3 02 05 01 00 01",
    "another kind of terminal": "6A 02 C3 01 01 01 00 01",
    "aliro": "6A 02 CB 02 04 20 42 20 0011223344556677",
    "payment": "6A 01 00 00 00",
}
FOR_NOBODY = {
    "no header": "6B 02 C3 02 01 01 00 01",
    "unknown version": "6A 03 C3 02 01 01 00 01",
    "a length that lies": "6A 02 C4 02 01 01 00 01",
    "a checksum counted as data": "6A 02 C3 02 01 01 00 01 3B DD",
    "no TCI": "6A 02 C0 02 01",
    "asks for authentication": "6A 02 83 02 01 01 00 01",
    "is not to come up by itself": "6A 02 43 02 01 01 00 01",
    "nothing but a header": "6A",
}


@pytest.mark.parametrize(("frame", "applications"), CALLS.values(), ids=CALLS)
def test_a_call_brings_up_what_it_asks_for(
    express: ExpressMode, frame: str, applications: set[str]
) -> None:
    hears(express, frame)
    assert express.awake
    assert found(express) == applications


@pytest.mark.parametrize("frame", FOR_SOMETHING_ELSE.values(), ids=FOR_SOMETHING_ELSE)
def test_a_wrong_call_brings_the_wallet_up_without_the_applet(
    express: ExpressMode, frame: str
) -> None:
    hears(express, frame)
    assert express.awake
    assert found(express) == set()
    select = bytes.fromhex(f"00A404000D{APPLET}00")
    assert express.refusal(select) == NOT_FOUND
    assert express.refusal(bytes.fromhex("80CA000000")) is None  # the applet refuses by itself


@pytest.mark.parametrize("frame", FOR_NOBODY.values(), ids=FOR_NOBODY)
def test_what_is_no_call_wakes_nobody(express: ExpressMode, frame: str) -> None:
    hears(express, frame)
    assert not express.awake


def test_the_last_call_counts(express: ExpressMode) -> None:
    hears(express, CALLS["home key, 06"][0])
    hears(express, CALLS["access, location 1"][0])
    assert found(express) == {APPLET}


def test_it_stays_up_for_a_short_time_without_a_field(
    express: ExpressMode, clock: HandClock
) -> None:
    hears(express, CALLS["pairing"][0])
    express.field(on=False)
    clock.now_ms += 300
    express.field(on=True)
    assert express.awake
    express.field(on=False)
    clock.now_ms += 301
    express.field(on=True)
    assert not express.awake
    assert found(express) == set()


def test_a_phone_that_is_brought_again_has_to_be_called_again(express: ExpressMode) -> None:
    hears(express, CALLS["pairing"][0])
    express.leave()
    express.enter()
    assert not express.awake


def test_a_reader_that_tells_nothing_of_its_polling_finds_everything(
    express: ExpressMode,
) -> None:
    express.leave()
    assert found(express) == {APPLET, FRAMEWORK, HOME_KEY}


def test_a_phone_may_want_several_frames_of_one_kind(clock: HandClock) -> None:
    express = ExpressMode(dataclasses.replace(EcpHabits(), frames=3), clock)
    express.enter()
    for frame in ("access, location 1", "access, location 1", "pairing", "pairing"):
        hears(express, CALLS[frame][0])
        assert not express.awake
    hears(express, CALLS["pairing"][0])
    assert express.awake


def test_a_platform_may_route_the_framework_for_access_as_well(clock: HandClock) -> None:
    habits = dataclasses.replace(EcpHabits(), access_routes_framework=True)
    express = ExpressMode(habits, clock)
    express.enter()
    hears(express, CALLS["access, location 1"][0])
    assert found(express) == {APPLET, FRAMEWORK}


def test_a_frame_is_read_field_by_field() -> None:
    frame = parse(bytes.fromhex("6A 02 CB 02 05 01 00 03 0011223344556677"))
    assert frame is not None
    assert (frame.configuration, frame.kind, frame.subtype) == (0xCB, 0x02, 0x05)
    assert (frame.tci.hex(), frame.reader_id.hex()) == ("010003", "0011223344556677")


class Catcher:
    """A field that tells what entered it."""

    card: ChipCard | None = None

    def enter(self, card: ChipCard) -> None:
        self.card = card

    def leave(self) -> None:
        self.card = None


@pytest.fixture
def world() -> Iterator[World]:
    with World() as opened:
        yield opened


@pytest.mark.parametrize(
    ("platform", "listens"), [("ios", True), ("pixel", False), ("samsung", False)]
)
def test_of_phones_only_apples_wait_for_a_call(
    world: World, platform: str, *, listens: bool
) -> None:
    phone = VirtualPhone(world, platform=platform)  # type: ignore[arg-type]
    assert _waits(world, phone) is listens
    assert {name: habits is not None for name, habits in ECP_OF_WATCHES.items()} == {
        "apple_watch": True,
        "wear_os": False,
    }


@pytest.mark.parametrize(("platform", "listens"), [("apple_watch", True), ("wear_os", False)])
def test_a_watch_listens_as_its_phone_does(world: World, platform: str, *, listens: bool) -> None:
    watch = VirtualWatch(world, VirtualPhone(world), platform)  # type: ignore[arg-type]
    assert _waits(world, watch) is listens


def _waits(world: World, holder: VirtualHolder) -> bool:
    field = Catcher()
    world.listen("tray", field)
    holder.present("tray")
    assert field.card is not None
    return listener_of(field.card) is not None
