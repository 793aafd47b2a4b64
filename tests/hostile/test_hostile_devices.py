"""Devices that answer with anything: no crash, no hang, no memory that grows.

20,000 exchanges a family; RIG_HOSTILE=1000000 makes it a million for each, and
`pytest -s` shows the time it took and the memory in use.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rig.bench.build import opened
from rig.bench.load import find_bench, load_bench
from rig.vehicle.car import Car
from tests.hostile import board, card, chip, peer

EXCHANGES = int(os.environ.get("RIG_HOSTILE", "20000"))
WARM_UP = max(EXCHANGES // 10, 2000)
HANGS_AFTER_S = 60 + EXCHANGES / 50  # of one family: a hundred times what it takes
GROWTH_MB = 24.0  # of fragmented memory; what leaks grows with the exchanges

Exchanges = Callable[[], Iterator[int]]


@pytest.fixture(scope="module")
def car(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Car]:
    shipped = find_bench("virtual-in-process")
    text = shipped.read_text().replace("keys/", f"{shipped.parent}/keys/")
    text = text.replace("RIG01", f"H{os.getpid() % 10000:04}")
    path = tmp_path_factory.mktemp("bench") / "bench.yaml"
    path.write_text(text)
    with opened(load_bench(path)) as bench:
        yield Car(bench.devices, bench.description.vehicle)


@pytest.fixture(params=["card", "UWB chip", "relay board", "Bluetooth peer"])
def family(request: pytest.FixtureRequest, car: Car) -> tuple[str, Exchanges]:
    makers: dict[str, Exchanges] = {
        "card": lambda: card.exchanges(car),
        "UWB chip": chip.exchanges,
        "relay board": board.exchanges,
        "Bluetooth peer": peer.exchanges,
    }
    return request.param, makers[request.param]


@dataclass
class Endured:
    """What a family's exchanges came to."""

    count: int = 0
    warm_mb: float = 0.0
    end_mb: float = 0.0
    error: BaseException | None = None


@pytest.fixture(autouse=True)
def patience_is_short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody waits long for what does not come, and what is logged of it is not kept by pytest."""
    monkeypatch.setattr("drivers.uwb.anchor._STATE_S", 0.001)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_nothing_crashes_hangs_or_grows(family: tuple[str, Exchanges]) -> None:
    name, exchanges = family
    found, begun_s = Endured(), time.monotonic()
    worker = threading.Thread(target=endure, args=(exchanges, found), name=name, daemon=True)
    worker.start()
    worker.join(HANGS_AFTER_S)
    assert not worker.is_alive(), f"hangs after {found.count} exchanges"
    took_s = time.monotonic() - begun_s
    print(  # noqa: T201 - for who asks with -s
        f"\n{name:15} {found.count:9,} exchanges in {took_s:7.1f} s, "
        f"{found.warm_mb:.0f} MB warm, {found.end_mb:.0f} MB at the end"
    )
    if found.error is not None:
        raise found.error
    assert found.end_mb - found.warm_mb < GROWTH_MB


def endure(exchanges: Exchanges, found: Endured) -> None:
    """Go through the exchanges; the memory in use is taken when all caches are warm."""
    try:
        for count in exchanges():
            found.count += count
            if not found.warm_mb and found.count >= WARM_UP:
                found.warm_mb = resident_mb()
            if found.count >= EXCHANGES:
                break
    except BaseException as exc:  # noqa: BLE001 - whatever it is, the test raises it
        found.error = exc
    found.end_mb = resident_mb()


def resident_mb() -> float:
    """Memory of this process, after all that is garbage was let go."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
