"""What keeps vehicle and key server from each other is told, and never taken for an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from rig.key_server.errors import StoreError
from rig.measure.outcomes import Inconclusive
from rig.vehicle import connected
from rig.vehicle.car import Car
from rig.vehicle.errors import ServiceBroken
from rig.vehicle.sync_loop import SyncLoop

PATIENCE_S = 5.0


@pytest.fixture
def steps() -> list[Callable[[], object]]:
    """What the next reconciliations do, the last first."""
    return []


@pytest.fixture
def loop(steps: list[Callable[[], object]]) -> Iterator[SyncLoop]:
    loop = SyncLoop(lambda: steps.pop()() if steps else None)
    loop.start()
    yield loop
    loop.stop()


def raising(error: Exception) -> Callable[[], object]:
    def step() -> object:
        raise error

    return step


def test_what_a_server_says_no_with_is_kept_until_it_says_yes(
    loop: SyncLoop, steps: list[Callable[[], object]]
) -> None:
    refusal = StoreError("the disk is full")
    steps.append(raising(refusal))
    loop.request()
    assert loop.settle(PATIENCE_S)
    assert loop.fault is refusal
    loop.request()
    assert loop.settle(PATIENCE_S)
    assert loop.fault is None


def test_a_failure_of_the_rigs_own_is_a_bench_error_and_ends_no_thread(
    loop: SyncLoop, steps: list[Callable[[], object]]
) -> None:
    steps.append(raising(AssertionError("no such thing")))
    loop.request()
    assert loop.settle(PATIENCE_S)
    assert isinstance(loop.fault, ServiceBroken)
    assert "AssertionError: no such thing" in str(loop.fault)
    loop.request()
    assert loop.settle(PATIENCE_S)
    assert loop.fault is None


@pytest.fixture
def failing(car: Car, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Exception], None]]:
    """The vehicle's line to its key server fails with this from now on."""
    yield lambda error: monkeypatch.setattr(car.telematics, "sync", raising(error))
    monkeypatch.undo()
    car.reset()


def test_a_hands_action_that_the_server_fails_on_is_not_judged(
    car: Car, failing: Callable[[Exception], None]
) -> None:
    failing(StoreError("the disk is full"))
    for wait in (car.news, car.settle):
        with pytest.raises(Inconclusive, match="the disk is full"):
            wait()


def test_a_hands_action_that_the_rig_fails_on_is_an_error_of_the_rig(
    car: Car, failing: Callable[[Exception], None]
) -> None:
    failing(AssertionError("no such thing"))
    for wait in (car.news, car.settle):
        with pytest.raises(ServiceBroken, match="no such thing"):
            wait()


def test_a_hands_action_that_the_server_does_not_answer_is_not_judged(
    car: Car, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    monkeypatch.setattr(car.telematics, "sync", answers.wait)
    monkeypatch.setattr(connected, "RECOVERY_S", 0.05)
    try:
        with pytest.raises(Inconclusive, match="did not answer"):
            car.news()
    finally:
        answers.set()
    monkeypatch.undo()
    car.settle()


def test_what_went_wrong_before_a_reset_is_no_matter_after_it(
    car: Car, failing: Callable[[Exception], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(StoreError("the disk is full"))
    with pytest.raises(Inconclusive):
        car.news()
    monkeypatch.undo()
    car.reset()
    car.settle()
