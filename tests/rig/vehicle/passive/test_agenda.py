"""The one thread of passive entry: order, timers, blame, and an end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drivers.sim.world_clock import WorldClock
from rig.vehicle.passive.agenda import Agenda, Duties
from rig.vehicle.passive.arrivals import Arrivals


@contextmanager
def agenda(errors: list[Exception] | None = None) -> Iterator[Agenda]:
    kept: list[Exception] = [] if errors is None else errors
    clock = WorldClock(virtual=True)
    made = Agenda(clock, "agenda", kept.append)
    made.start()
    with clock.skipping():
        yield made
        made.stop()
    assert errors is not None or kept == []


def wrong() -> None:
    int("x")


def test_work_is_done_in_the_order_it_came() -> None:
    with agenda() as a:
        done: list[int] = []
        for n in range(100):
            a.post(lambda n=n: done.append(n))  # type: ignore[misc]
        a.ask(lambda: None)
        assert done == list(range(100))


def test_timers_come_by_the_clock_and_cancelled_ones_never() -> None:
    with agenda() as a:
        done: list[str] = []
        begun_ns = a.clock.now_ns()

        def plan() -> None:
            a.after(2.0, lambda: done.append(f"{(a.clock.now_ns() - begun_ns) / 1e9:g}"))
            a.after(1.0, lambda: done.append("never")).cancel()
            a.after(0.5, lambda: done.append(f"{(a.clock.now_ns() - begun_ns) / 1e9:g}"))

        a.ask(plan)
        a.clock.sleep(3.0)
        assert done == ["0.5", "2"]


def test_what_work_raises_ends_nothing_and_is_told() -> None:
    errors: list[Exception] = []
    with agenda(errors) as a:
        a.post(wrong)
        assert a.ask(lambda: 7) == 7
    assert [type(e) for e in errors] == [ValueError]


def test_what_is_asked_raises_where_it_was_asked() -> None:
    with agenda() as a, pytest.raises(ZeroDivisionError):
        a.ask(lambda: 1 // 0)


def test_an_agenda_that_has_ended_takes_nothing_and_answers_at_once() -> None:
    with agenda() as a:
        pass
    assert not a.post(lambda: None)
    assert a.ask(lambda: 3) == 3


def test_an_agenda_can_begin_again() -> None:
    with agenda() as a:
        a.stop()
        a.start()
        assert a.ask(lambda: 5) == 5


def test_what_is_done_aside_comes_back_to_the_agenda() -> None:
    with agenda() as a:
        blamed: list[Exception] = []
        found: list[object] = []
        duties = Duties(a, blamed.append)

        def slow() -> int:
            a.clock.sleep(5.0)
            return 4

        a.post(lambda: duties.aside(slow, found.append, found.append, "slow"))
        a.post(lambda: duties.aside(lambda: 1 // 0, found.append, found.append, "wrong"))
        a.clock.sleep(6.0)
        assert [type(each) for each in found] == [ZeroDivisionError, int]
        assert blamed == []


def test_an_owner_that_ended_hears_no_more_but_what_is_late_is_put_away() -> None:
    with agenda() as a:
        blamed: list[Exception] = []
        found: list[int] = []
        late: list[int] = []
        duties = Duties(a, blamed.append)

        def slow() -> int:
            a.clock.sleep(1.0)
            return 4

        a.ask(lambda: duties.aside(slow, found.append, blamed.append, "slow", late.append))
        a.ask(lambda: duties.after(0.5, lambda: found.append(1)))
        a.ask(duties.end)
        duties.post(lambda: found.append(2))
        a.clock.sleep(2.0)
        assert (found, late, blamed) == ([], [4], [])


def test_an_owner_is_blamed_for_its_own_work() -> None:
    errors: list[Exception] = []
    with agenda(errors) as a:
        blamed: list[Exception] = []
        Duties(a, blamed.append).post(wrong)
        a.ask(lambda: None)
        assert [type(e) for e in blamed] == [ValueError]
    assert errors == []


def test_who_waits_for_arrivals_is_served_in_order_and_by_what_fits() -> None:
    with agenda() as a:
        numbers: Arrivals[int] = Arrivals(a.clock)

        def put() -> None:
            for n in (1, 2, 3):
                numbers.put(n)

        a.ask(lambda: a.after(1.0, put))
        assert numbers.next(0.5) is None
        assert numbers.next(5.0, lambda n: n > 1) == 2
        assert numbers.next(0) == 1
        assert numbers.take() == [3]
        assert numbers.next(0) is None
