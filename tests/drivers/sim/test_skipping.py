"""The time of a virtual bench: it is skipped only while everybody waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from drivers.api.clock import Bell
from drivers.sim.world_clock import WorldClock

BOTH = pytest.mark.parametrize("virtual", [True, False], ids=["virtual", "flowing"])


@BOTH
def test_an_hour_that_everybody_waits_passes_at_once(virtual: bool) -> None:
    clock, begun_s = WorldClock(virtual=virtual), time.monotonic()
    before_ns = clock.now_ns()
    with clock.skipping():
        clock.sleep(3600)
    assert clock.now_ns() - before_ns >= 3600e9
    assert time.monotonic() - begun_s < 60


@BOTH
def test_the_calendar_goes_with_it(virtual: bool) -> None:
    clock = WorldClock("2026-01-01", virtual=virtual)
    with clock.skipping():
        clock.sleep(86400)
    assert clock.utc().day == 2


def test_virtual_time_stands_still_while_somebody_works() -> None:
    clock = WorldClock(virtual=True)
    before_ns = clock.now_ns()
    time.sleep(0.01)
    assert clock.now_ns() == before_ns


def test_flowing_time_goes_on_meanwhile() -> None:
    clock = WorldClock()
    before_ns = clock.now_ns()
    time.sleep(0.01)
    assert clock.now_ns() - before_ns >= 10e6


def test_flowing_time_is_not_skipped_where_nobody_allows_it() -> None:
    clock, begun_s = WorldClock(), time.monotonic()
    clock.sleep(0.02)
    assert not clock.bell().wait(0.02)
    assert time.monotonic() - begun_s >= 0.04


@BOTH
def test_waits_end_in_the_order_of_their_deadlines(virtual: bool) -> None:
    clock, order = WorldClock(virtual=virtual), list[str]()

    def sleeper(name: str, duration_s: float) -> Callable[[], None]:
        def work() -> None:
            clock.sleep(duration_s)
            order.append(name)

        return work

    with clock.skipping():
        for name, duration_s in (("last", 30.0), ("first", 10.0), ("second", 20.0)):
            clock.thread(sleeper(name, duration_s), name)
        clock.sleep(60)
    assert order == ["first", "second", "last"]


@BOTH
def test_a_ring_wakes_before_the_deadline_and_counts_once(virtual: bool) -> None:
    clock = WorldClock(virtual=virtual)
    bell = clock.bell()
    bell.ring()
    bell.ring()
    with clock.skipping():
        before_ns = clock.now_ns()
        assert bell.wait(1000)
        assert clock.now_ns() - before_ns < 1000e9
        assert not bell.wait(1)


def test_who_was_rung_for_works_before_time_goes_on() -> None:
    """Handing on from thread to thread takes no virtual time, however long it really takes."""
    clock, seen_ns = WorldClock(virtual=True), list[int]()
    bells = [clock.bell() for _ in range(20)]

    def relay(mine: Bell, following: Bell | None) -> Callable[[], None]:
        def work() -> None:
            assert mine.wait()
            time.sleep(0.001)
            seen_ns.append(clock.now_ns())
            if following is not None:
                following.ring()

        return work

    with clock.skipping():
        for mine, following in zip(bells, [*bells[1:], None], strict=True):
            clock.thread(relay(mine, following), "relay")
        clock.sleep(5)
        begun_ns = clock.now_ns()
        bells[0].ring()
        clock.sleep(5)
    assert seen_ns == [begun_ns] * 20


def test_a_thread_that_ends_lets_time_go_on() -> None:
    clock = WorldClock(virtual=True)
    with clock.skipping():
        clock.thread(lambda: None, "short").join()
        clock.sleep(1)


@BOTH
def test_two_threads_that_ring_each_other_lose_no_ring(virtual: bool) -> None:
    clock, rounds = WorldClock(virtual=virtual), 2000
    here, there = clock.bell(), clock.bell()
    missed = list[int]()

    def echo() -> None:
        for number in range(rounds):
            if not there.wait(5):
                missed.append(number)
            here.ring()

    with clock.skipping():
        thread = clock.thread(echo, "echo")
        for number in range(rounds):
            there.ring()
            if not here.wait(5):
                missed.append(number)
        thread.join(10)
    assert not missed
    assert not thread.is_alive()


def test_moments_that_nobody_waits_for_are_forgotten() -> None:
    clock = WorldClock(virtual=True)
    bell = clock.bell()
    with clock.skipping():
        for _ in range(5000):
            bell.ring()
            assert bell.wait(1e6)
            helper = threading.Thread(target=bell.ring)
            helper.start()
            helper.join()
        clock.sleep(1)


def test_who_waits_elsewhere_neither_holds_the_time_nor_has_it_skipped() -> None:
    """As the test's thread does while a reader's thread serves a tap, and sleeps by the clock."""
    clock, done = WorldClock(virtual=True), threading.Event()

    def serve() -> None:
        clock.sleep(0.5)
        done.set()

    with clock.skipping():
        before_ns = clock.now_ns()
        threading.Thread(target=serve).start()
        with clock.elsewhere():
            assert done.wait(5)
        assert clock.now_ns() - before_ns == 500_000_000
        clock.sleep(1)  # and takes part again


def test_nothing_is_skipped_for_who_waits_elsewhere() -> None:
    clock, woken = WorldClock(virtual=True), list[bool]()
    bell = clock.bell()
    with clock.skipping():
        waiter = clock.thread(lambda: woken.append(bell.wait(10)), "waiter")
        clock.sleep(1)
        with clock.elsewhere():
            before_ns = clock.now_ns()
            assert not woken
        assert clock.now_ns() == before_ns
        clock.sleep(20)
    waiter.join(5)
    assert woken == [False]
