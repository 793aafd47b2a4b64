"""Cases run *by* the rig in a test of the rig: each breaks passive entry, each third does not.

After each break comes a look at what may not go on, then the next test of the run. Not collected by
pytest itself; the plan beside it names the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

import pytest

from drivers.api.relay import Switch
from drivers.api.stage import Stage
from drivers.sim.ble_air import BleAir
from drivers.sim.phone import VirtualPhone
from drivers.sim.phone_ble.misbehaviour import BleFault, Step
from drivers.sim.uwb_anchor import VirtualUwbAnchor
from rig.bench.build import Bench
from rig.digital_key import ble_messages as dk
from rig.measure.outcomes import Inconclusive
from rig.vehicle.car import Car
from rig.vehicle.passive.conditions import reached, unlocked_passively
from rig.vehicle.passive.entry import PassiveEntry
from testplans.steps import walking

Break = Callable[[Bench, VirtualPhone], AbstractContextManager[None]]
CHIP = "chip_rear_left"
MESSAGES = (
    dk.FirstApproachRequest,
    dk.TimeSync,
    dk.ApduResponse,
    dk.RangingCapabilityResponse,
    dk.RangingSessionResponse,
    dk.RangingSetupResponse,
)


def chip_of(bench: Bench) -> VirtualUwbAnchor:
    chip = bench.devices[CHIP]
    assert isinstance(chip, VirtualUwbAnchor)
    return chip


def air_of(bench: Bench) -> BleAir:
    air = bench.devices["air"]
    assert isinstance(air, BleAir)
    return air


@contextmanager
def unplugged_chip(bench: Bench, _phone: VirtualPhone) -> Iterator[None]:
    chip_of(bench).unplug()
    try:
        yield
    finally:
        chip_of(bench).plug()


@contextmanager
def unplugged_controller(bench: Bench, _phone: VirtualPhone) -> Iterator[None]:
    air_of(bench).unplug()
    try:
        yield
    finally:
        air_of(bench).replug()


def spoilt(spoil: Callable[[bytes], bytes]) -> Break:
    """What the chip sends arrives as this."""

    @contextmanager
    def broken(bench: Bench, _phone: VirtualPhone) -> Iterator[None]:
        chip_of(bench).spoil = spoil
        try:
            yield
        finally:
            chip_of(bench).spoil = None

    return broken


@contextmanager
def silent_chips(bench: Bench, _phone: VirtualPhone) -> Iterator[None]:
    """None of them says anything any more."""
    chips = bench.of(VirtualUwbAnchor).values()
    for chip in chips:
        chip.spoil = lambda _octets: b""
    try:
        yield
    finally:
        for chip in chips:
            chip.spoil = None


def misbehaves(fault: BleFault, at: Step | type[object]) -> Break:
    """The phone does this, each time."""

    def broken(_bench: Bench, phone: VirtualPhone) -> AbstractContextManager[None]:
        assert phone.bluetooth is not None
        return phone.bluetooth.misbehave(fault, at=at)

    return broken


BREAKS: dict[str, Break] = {
    "anchor unplugged": unplugged_chip,
    "anchor cut off in its frames": spoilt(lambda octets: octets[:-3]),
    "anchor silent": spoilt(lambda _octets: b""),
    "controller unplugged": unplugged_controller,
    **{f"link dropped, {s.value}": misbehaves(BleFault.DROPS, s) for s in Step},
    **{f"link dropped for {m.__name__}": misbehaves(BleFault.DROPS, m) for m in MESSAGES},
    **{f"silent at {m.__name__}": misbehaves(BleFault.SILENT, m) for m in MESSAGES},
    **{f"garbage for {m.__name__}": misbehaves(BleFault.GARBAGE, m) for m in MESSAGES},
}

STAYS: dict[str, tuple[str, Break]] = {
    **{f"anchor unplugged at {m}": (m, unplugged_chip) for m in ("time_sync", "set_up")},
    "anchor unplugged while ranging": ("first_range", unplugged_chip),
    "anchor cut off while ranging": ("first_range", spoilt(lambda octets: octets[:-3])),
    "anchor garbled while ranging": ("first_range", spoilt(lambda octets: bytes(len(octets)))),
    "anchor silent while ranging": ("first_range", spoilt(lambda _octets: b"")),
    "all anchors silent while ranging": ("first_range", silent_chips),
    **{
        f"controller unplugged at {m}": (m, unplugged_controller)
        for m in ("connected", "encrypted", "time_sync", "set_up", "first_range")
    },
}
"""What breaks in mid-approach and stays broken: at which mark, and what."""

CUT = ("connected", "encrypted", "channel", "time_sync", "set_up", "first_range")
"""Marks at which the link is cut, of every approach that gets there."""

pytestmark = pytest.mark.requirement("DK-UNLOCK-02")
PATH = walking.towards("driver", walking.WALK_MPS)


def may_not_go_on(bench: Bench) -> list[str]:
    """What still advertises, ranges or is switched on between two tests."""
    radios = air_of(bench).link.radios()
    chips = bench.of(VirtualUwbAnchor)
    return [
        *(f"{r.name} advertises" for r in radios if r.le_legacy_advertiser.enabled),
        *(f"{n} ranges" for n, chip in chips.items() if chip.chip.due_ns is not None),
        *(f"{name} is on" for name, switch in bench.of(Switch).items() if switch.is_on()),
    ]


class Around(NamedTuple):
    """Everything that a case breaks or walks by."""

    car: Car
    passive: PassiveEntry
    stage: Stage
    phone: VirtualPhone
    bench: Bench


Case = Callable[[Around], object]


def from_the_start(breaks: Break) -> Case:
    """Broken before the phone comes, until the walk is over."""

    def case(a: Around) -> None:
        with breaks(a.bench, a.phone):
            walking.approach(a.car, a.stage, a.phone, PATH)

    return case


def on_the_way(mark: str, breaks: Break) -> Case:
    """Broken in mid-approach, until the walk is over."""

    def case(a: Around) -> None:
        walk = a.stage.walk(a.phone, PATH)
        reached(a.passive, mark).wait()
        with breaks(a.bench, a.phone):
            walk.finish()
            unlocked_passively(a.passive).wait(walking.SETTLE_S)

    return case


def cut_at(mark: str) -> Case:
    """The link is cut at a mark of every approach, as by somebody who jams it."""

    def case(a: Around) -> None:
        until_ns = a.car.clock.now_ns() + round((PATH.duration_s + walking.SETTLE_S) * 1e9)
        a.stage.walk(a.phone, PATH)
        while a.car.clock.now_ns() < until_ns:
            try:
                reached(a.passive, mark).wait(1.0)
            except Inconclusive:
                continue  # it does not call just now
            air_of(a.bench).cut()
        a.stage.take_away(a.phone)
        unlocked_passively(a.passive).wait(0)

    return case


def for_a_moment(a: Around) -> None:
    """An anchor is away while ranging, and comes back."""
    a.stage.walk(a.phone, PATH)
    reached(a.passive, "first_range").wait()
    with unplugged_chip(a.bench, a.phone):
        a.car.clock.sleep(0.3)
    unlocked_passively(a.passive).wait()


def goes_and_stays_away(a: Around) -> None:
    """An anchor goes while ranging; nobody plugs it in again."""
    a.stage.walk(a.phone, PATH)
    reached(a.passive, "first_range").wait()
    chip_of(a.bench).unplug()
    unlocked_passively(a.passive).wait()


CASES: dict[str, Case] = {
    **{name: from_the_start(breaks) for name, breaks in BREAKS.items()},
    **{name: on_the_way(mark, breaks) for name, (mark, breaks) in STAYS.items()},
    "anchor away for a moment": for_a_moment,
    **{f"link cut at {mark}": cut_at(mark) for mark in CUT},
}


@pytest.fixture
def around(
    car: Car, passive: PassiveEntry, stage: Stage, phone: VirtualPhone, bench: Bench
) -> Around:
    """All of it."""
    return Around(car, passive, stage, phone, bench)


@pytest.mark.parametrize("name", CASES, scope="class")
class TestEach:
    """In this order for each: it breaks, nothing of it goes on, the next test of the run."""

    def test_broken(self, around: Around, name: str) -> None:
        """The vehicle stays shut, or the bench has failed; whatever it is called, it is no pass."""
        assert around.passive.fault is None
        CASES[name](around)

    def test_nothing_goes_on_after(self, bench: Bench, name: str) -> None:
        assert name
        assert may_not_go_on(bench) == []

    def test_next_after(self, around: Around, name: str) -> None:
        assert name
        walking.approach(around.car, around.stage, around.phone, PATH)


class TestAnchorThatStaysAway:
    """Tests in this order: it goes, it is still away, it is back."""

    def test_it_goes(self, around: Around) -> None:
        goes_and_stays_away(around)

    def test_it_is_away(self, around: Around) -> None:
        walking.approach(around.car, around.stage, around.phone, PATH)

    def test_nothing_goes_on(self, bench: Bench) -> None:
        chip_of(bench).plug()
        assert may_not_go_on(bench) == []

    def test_it_is_back(self, around: Around) -> None:
        walking.approach(around.car, around.stage, around.phone, PATH)


class TestOvercome:
    """What the vehicle gets over by itself."""

    def test_garbage_between_frames(self, around: Around) -> None:
        with spoilt(lambda octets: b"\xff\x13" * 40 + octets)(around.bench, around.phone):
            walking.approach(around.car, around.stage, around.phone, PATH)

    def test_a_link_that_was_cut_once(self, around: Around) -> None:
        around.stage.place(around.phone, walking.beside("driver", walking.FAR_M))
        reached(around.passive, "set_up").wait()
        air_of(around.bench).cut()
        walking.approach(around.car, around.stage, around.phone, PATH)
