"""Cases run *by* the rig in a test of the rig: each breaks passive entry, each second does not.

Not collected by pytest itself; the plan beside it names the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from drivers.api.stage import Stage
from drivers.sim.ble_air import BleAir
from drivers.sim.phone import VirtualPhone
from drivers.sim.phone_ble.misbehaviour import BleFault, Step
from drivers.sim.uwb_anchor import VirtualUwbAnchor
from rig.bench.build import Bench
from rig.digital_key import ble_messages as dk
from rig.vehicle.car import Car
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


@pytest.mark.requirement("DK-UNLOCK-02")
@pytest.mark.parametrize("name", BREAKS)
def test_broken(
    car: Car, passive: PassiveEntry, stage: Stage, phone: VirtualPhone, bench: Bench, name: str
) -> None:
    """The vehicle stays shut, and whatever that is called, it is no pass."""
    assert passive.fault is None
    with BREAKS[name](bench, phone):
        walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))


@pytest.mark.requirement("DK-UNLOCK-02")
@pytest.mark.usefixtures("passive")
@pytest.mark.parametrize("name", BREAKS)
def test_next_after(car: Car, stage: Stage, phone: VirtualPhone, name: str) -> None:
    assert name
    walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))


@pytest.mark.requirement("DK-UNLOCK-02")
@pytest.mark.usefixtures("passive")
def test_garbage_between_frames_is_got_over(
    car: Car, stage: Stage, phone: VirtualPhone, bench: Bench
) -> None:
    with spoilt(lambda octets: b"\xff\x13" * 40 + octets)(bench, phone):
        walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))
