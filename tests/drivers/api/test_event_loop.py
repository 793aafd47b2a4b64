"""An asyncio loop on a clock's time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from drivers.api.clock import Clock, SystemClock
from drivers.api.errors import LinkLost, LinkTimeout
from drivers.api.event_loop import LoopThread
from drivers.sim.world_clock import WorldClock

CLOCKS = pytest.mark.parametrize(
    "clock",
    [SystemClock(), WorldClock(virtual=True), WorldClock()],
    ids=["real", "virtual", "flowing"],
)


async def _after(duration_s: float) -> float:
    begun_s = asyncio.get_running_loop().time()
    await asyncio.sleep(duration_s)
    return asyncio.get_running_loop().time() - begun_s


@CLOCKS
def test_a_coroutine_gives_what_it_returns_and_takes_the_clocks_time(clock: Clock) -> None:
    loop = LoopThread(clock, "loop")
    before_ns = clock.now_ns()
    with clock.skipping():
        assert loop.call(_after(0.05), 5) == pytest.approx(0.05, abs=0.05)
    assert clock.now_ns() - before_ns >= 50e6 * 0.99
    loop.close()


@CLOCKS
def test_what_it_raises_comes_to_the_caller(clock: Clock) -> None:
    async def fail() -> None:
        raise ValueError("so it is")

    loop = LoopThread(clock, "loop")
    with clock.skipping(), pytest.raises(ValueError, match="so it is"):
        loop.call(fail(), 5)
    loop.close()


def test_an_hour_on_the_loop_passes_at_once() -> None:
    clock = WorldClock(virtual=True)
    loop = LoopThread(clock, "loop")
    with clock.skipping():
        assert loop.call(_after(3600), 4000) == pytest.approx(3600)
    loop.close()


def test_two_loops_that_ask_each_other_keep_one_time() -> None:
    clock = WorldClock(virtual=True)
    here, there = LoopThread(clock, "here"), LoopThread(clock, "there")

    async def ask() -> float:
        begun_s = asyncio.get_running_loop().time()
        for _ in range(100):
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_after(0.05), there.loop))
        return asyncio.get_running_loop().time() - begun_s

    with clock.skipping():
        assert here.call(ask(), 60) == pytest.approx(5.0, abs=1e-3)
    here.close()
    there.close()


def test_what_takes_too_long_is_cancelled_and_says_so() -> None:
    clock, ended = WorldClock(virtual=True), list[str]()

    async def endless() -> None:
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    loop = LoopThread(clock, "loop")
    with clock.skipping():
        with pytest.raises(LinkTimeout, match="looking took longer than 2 s"):
            loop.call(endless(), 2, "looking")
        loop.call(_after(0.1), 5)
    assert ended == ["cancelled"]
    loop.close()


def test_a_closed_loop_leaves_no_thread_and_refuses() -> None:
    clock, before = WorldClock(virtual=True), threading.active_count()
    loop = LoopThread(clock, "loop")
    loop.close()
    loop.close()
    loop.post(lambda: None)
    with pytest.raises(LinkLost, match="loop is closed"):
        loop.call(_after(1), 5)
    assert threading.active_count() == before


def test_closing_cancels_what_still_runs() -> None:
    clock, ended = WorldClock(virtual=True), list[str]()

    async def endless() -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            ended.append("over")

    loop = LoopThread(clock, "loop")
    loop.post(lambda: _keep.append(asyncio.ensure_future(endless())))
    with clock.skipping():
        loop.call(_after(0.1), 5)
    loop.close()
    assert ended == ["over"]


_keep: list[asyncio.Future[None]] = []
