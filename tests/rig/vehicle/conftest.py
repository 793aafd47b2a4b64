"""The whole car on a virtual bench whose readers need no PC/SC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import pytest

from drivers.sim.body import VirtualBody
from drivers.sim.phone import VirtualPhone
from drivers.sim.relay_board import VirtualRelayBoard
from rig.bench.build import Bench, opened
from rig.bench.load import find_bench, load_bench
from rig.vehicle.car import Car

D = TypeVar("D")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Its own copy of the bench: a board of its own, and mute devices found out quickly."""
    shipped = find_bench("virtual-in-process")
    text = shipped.read_text().replace("RIG01", "CAR01")
    text = text.replace("place: tray}", "place: tray, apdu_timeout_s: 0.3}")
    text = text.replace("place: driver_handle}", "place: driver_handle, apdu_timeout_s: 0.3}")
    text = text.replace("keys/", f"{shipped.parent}/keys/")
    path = tmp_path_factory.mktemp("bench") / "bench.yaml"
    path.write_text(text)
    with opened(load_bench(path)) as bench:
        yield bench


@pytest.fixture(scope="module")
def running(bench: Bench) -> Iterator[Car]:
    car = Car(bench.devices, bench.description.vehicle)
    car.start()
    yield car
    car.stop()


@pytest.fixture
def car(running: Car) -> Car:
    running.reset()
    running.take_visits()
    return running


def device(bench: Bench, name: str, kind: type[D]) -> D:
    found = bench.devices[name]
    assert isinstance(found, kind)
    return found


@pytest.fixture
def phone(bench: Bench) -> VirtualPhone:
    return device(bench, "owner_phone", VirtualPhone)


@pytest.fixture
def friend_phone(bench: Bench) -> VirtualPhone:
    return device(bench, "friend_phone", VirtualPhone)


@pytest.fixture
def body(bench: Bench) -> VirtualBody:
    return device(bench, "body", VirtualBody)


@pytest.fixture
def board(bench: Bench) -> VirtualRelayBoard:
    return device(bench, "usb", VirtualRelayBoard)
