"""The world's calendar begins where the bench says, and moves on at once when it is told to."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from drivers.api.clock import MovableClock, TimeSource
from drivers.api.errors import DriverError
from drivers.sim.world import World

NEARLY = timedelta(seconds=30)  # for a machine that is busy


def test_without_a_start_the_calendar_is_the_machines() -> None:
    assert abs(World().clock.utc() - datetime.now(UTC)) < NEARLY


@pytest.mark.parametrize(
    ("start", "begin"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T08:59", datetime(2026, 3, 1, 8, 59, tzinfo=UTC)),
        ("2026-03-01T08:59:30+01:00", datetime(2026, 3, 1, 7, 59, 30, tzinfo=UTC)),
    ],
)
def test_a_bench_may_begin_at_a_fixed_time(start: str, begin: datetime) -> None:
    assert timedelta(0) <= World(start=start).clock.utc() - begin < NEARLY


@pytest.mark.parametrize("start", ["yesterday", "2026-13-01", "12:00"])
def test_a_start_that_is_no_date_is_refused(start: str) -> None:
    with pytest.raises(DriverError, match="no date in ISO 8601"):
        World(start=start)


def test_advancing_moves_the_calendar_and_not_the_stopwatch() -> None:
    clock = World().clock
    before, began_ns = clock.utc(), clock.now_ns()
    clock.advance(timedelta(hours=5))
    assert timedelta(hours=5) <= clock.utc() - before < timedelta(hours=5) + NEARLY
    assert clock.now_ns() - began_ns < NEARLY.total_seconds() * 1e9


def test_the_calendar_goes_on_by_itself() -> None:
    clock = World(start="2026-03-01").clock
    before = clock.utc()
    assert any(clock.utc() > before for _look in range(1_000_000))


def test_time_does_not_go_back() -> None:
    clock = World().clock
    with pytest.raises(ValueError, match="does not go back by 0:01:00"):
        clock.advance(timedelta(minutes=-1))


def test_whoever_asked_is_told_after_each_step() -> None:
    clock = World(start="2026-03-01").clock
    told: list[int] = []
    clock.after_advance(lambda: told.append(clock.utc().hour))
    clock.advance(timedelta(hours=2))
    clock.advance(timedelta(hours=3))
    assert told == [2, 5]


def test_the_world_is_the_time_source_of_its_bench() -> None:
    world: TimeSource = World()
    assert isinstance(world.clock, MovableClock)
    assert abs(world.clock.now_ns() - time.perf_counter_ns()) < NEARLY.total_seconds() * 1e9
