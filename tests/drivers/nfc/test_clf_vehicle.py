"""The whole vehicle on a bench file with nfcpy's driver and virtual PN532 chips."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from drivers.api.errors import FrameError, LinkLost, ReaderSilent
from drivers.sim.phone import VirtualPhone
from drivers.sim.pn532 import ChipFault, VirtualPn532
from rig.bench.build import Bench, opened
from rig.bench.errors import BenchFileError
from rig.bench.load import find_bench, load_bench
from rig.digital_key.wire import Transceive
from rig.measure.outcomes import Inconclusive
from rig.vehicle.car import Car
from rig.vehicle.visit import Ending

D = TypeVar("D")
HANDLE = "driver_handle"
_CALLED = "polling: {ecp: [access]}"


def bench_file(folder: Path, serial: str, polling: str = _CALLED) -> Path:
    """A copy of the shipped bench: a board of its own, and other polling at the handle."""
    shipped = find_bench("pn532")
    text = shipped.read_text(encoding="utf-8").replace("RIG53", serial)
    assert _CALLED in text
    text = text.replace(f"baud: 921600, {_CALLED}", f"apdu_timeout_s: 0.5, baud: 921600, {polling}")
    text = text.replace("keys/", f"{shipped.parent}/keys/")
    path = folder / "bench.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def driving(path: Path) -> Iterator[tuple[Car, Bench]]:
    with opened(load_bench(path)) as bench:
        car = Car(bench.devices, bench.description.vehicle)
        car.start()
        try:
            yield car, bench
        finally:
            car.stop()


def device(bench: Bench, name: str, kind: type[D]) -> D:
    found = bench.devices[name]
    assert isinstance(found, kind)
    return found


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Car, Bench]]:
    with driving(bench_file(tmp_path_factory.mktemp("bench"), "CLF01")) as both:
        yield both


@pytest.fixture
def car(running: tuple[Car, Bench]) -> Car:
    car, _ = running
    car.reset()
    car.take_visits()
    return car


@pytest.fixture
def phone(running: tuple[Car, Bench]) -> VirtualPhone:
    return device(running[1], "owner_phone", VirtualPhone)


@pytest.fixture
def chip(running: tuple[Car, Bench]) -> VirtualPn532:
    return device(running[1], "handle_chip", VirtualPn532)


@pytest.mark.parametrize("fast", [False, True], ids=["standard", "fast"])
def test_both_transactions_of_a_called_iphone_unlock(
    car: Car, phone: VirtualPhone, *, fast: bool
) -> None:
    if not fast:
        car.keyring.forget_fast()
    phone.present(at=HANDLE)
    visit = car.judged_visit()
    if fast and not visit.fast:
        phone.withdraw()
        car.await_empty(HANDLE)
        phone.present(at=HANDLE)
        visit = car.judged_visit()
    assert visit.fast is fast
    assert visit.ending in (Ending.UNLOCKED, Ending.LOCKED)


def test_the_record_has_what_called_the_phone_and_when(car: Car, phone: VirtualPhone) -> None:
    phone.present(at=HANDLE)
    record = car.judged_visit().to_record("test", 1, 1)
    assert "called with 6A02C302010100013BDD" in record.explanation
    assert record.marks["called"] < record.marks["presence"]


class Saboteur:
    """Between vehicle and device: breaks the chip before the n-th APDU of a visit."""

    def __init__(self, chip: VirtualPn532, fault: ChipFault, at: int) -> None:
        self._chip, self._fault, self._left = chip, fault, at
        self.planted = ExitStack()

    def __call__(self, send: Transceive) -> Transceive:
        def pass_on(apdu: bytes) -> bytes:
            self._left -= 1
            if self._left == 0:
                self.planted.enter_context(self._chip.misbehave(self._fault))
            return send(apdu)

        return pass_on


@pytest.mark.parametrize("at", [2])
@pytest.mark.parametrize("fault", [ChipFault.SILENT, ChipFault.STUCK, ChipFault.BAD_CHECKSUM])
def test_a_chip_that_breaks_is_a_broken_bench_and_the_next_tap_works(
    car: Car, phone: VirtualPhone, chip: VirtualPn532, fault: ChipFault, at: int
) -> None:
    car.keyring.forget_fast()
    saboteur = Saboteur(chip, fault, at)
    with saboteur.planted, car.between(HANDLE, saboteur):
        phone.present(at=HANDLE)
        with pytest.raises((ReaderSilent, FrameError), match=HANDLE):
            car.judged_visit()
    assert car.locked
    phone.withdraw()
    car.reset()
    car.take_visits()
    phone.present(at=HANDLE)
    assert car.judged_visit().ending is Ending.UNLOCKED


def test_a_cable_that_is_pulled_is_a_broken_bench_and_back_it_works(
    car: Car, phone: VirtualPhone, chip: VirtualPn532
) -> None:
    chip.unplug()
    phone.present(at=HANDLE)
    with pytest.raises(LinkLost, match=HANDLE):
        car.judged_visit(timeout_s=1.0)
    with pytest.raises(LinkLost):
        car.sees_nothing(0.2)
    phone.withdraw()
    chip.plug(elsewhere=True)
    car.reset()
    phone.present(at=HANDLE)
    assert car.judged_visit().ending is Ending.UNLOCKED


def test_without_a_call_an_iphone_is_never_seen_and_that_is_said(tmp_path: Path) -> None:
    path = bench_file(tmp_path, "CLF02", "polling: {period_ms: 50.0}")
    with driving(path) as (car, bench):
        car.reset()
        device(bench, "owner_phone", VirtualPhone).present(at=HANDLE)
        with pytest.raises(Inconclusive, match=f"{HANDLE} never seen: .* no calling frame"):
            car.judged_visit(timeout_s=0.5)
        device(bench, "friend_phone", VirtualPhone).present(at=HANDLE)
        assert car.judged_visit().ending is Ending.UNLOCKED  # an Android phone


def test_a_call_of_another_maker_opens_nothing(tmp_path: Path) -> None:
    path = bench_file(tmp_path, "CLF03", "polling: {ecp: [access], maker: mercedes}")
    with driving(path) as (car, bench):
        car.reset()
        device(bench, "owner_phone", VirtualPhone).present(at=HANDLE)
        visit = car.judged_visit()
        assert (visit.ending, visit.key) == (Ending.REFUSED, "")
        assert car.locked


@pytest.mark.parametrize(
    "polling",
    [
        "polling: {ecp: [access], tempo: fast}",
        "polling: {ecp: [open_sesame]}",
        "polling: {ecp: access}",
        "polling: {order: never}",
        "polling: [access]",
    ],
)
def test_a_bench_file_that_polls_wrongly_is_refused(tmp_path: Path, polling: str) -> None:
    with pytest.raises(BenchFileError, match="polling"):
        load_bench(bench_file(tmp_path, "CLF04", polling))
