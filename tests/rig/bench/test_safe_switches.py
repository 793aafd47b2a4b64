"""Switches are made safe one by one, and signals unwind a run."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from drivers.api.relay import RelayBoard, Switch
from rig.bench.build import opened
from rig.bench.description import BenchDescription
from rig.bench.safety import (
    ENDING,
    Interrupted,
    SwitchOutcome,
    make_safe,
    make_switches_safe,
    signals_unwind,
)

BenchOf = Callable[..., BenchDescription]
BOARD = "board: {driver: fake.board, serial: A}"


def switch(name: str, channel: int, fault: str = "''", board: str = "board") -> str:
    options = f"channel: {channel}, fault: {fault}"
    return f'{name}: {{driver: fake.switch, board: "@{board}", {options}}}'


def test_a_switch_that_fails_does_not_stop_the_others(
    bench_of: BenchOf, happened: list[str]
) -> None:
    bench = bench_of(BOARD, switch("a", 1, "safe"), switch("b", 2), switch("c", 3, "bug"))
    outcomes = make_safe(bench)
    assert outcomes == (
        SwitchOutcome("a", ok=False, message="a: does not move"),
        SwitchOutcome("b", ok=True),
        SwitchOutcome("c", ok=False, message="TypeError: a fault of the driver"),
    )
    assert "safe b" in happened
    assert happened[-1] == "close board"


def test_a_board_that_is_gone_is_the_reason_for_each_of_its_switches(bench_of: BenchOf) -> None:
    gone = "gone: {driver: fake.board, serial: B, fault: not found}"
    bench = bench_of(gone, BOARD, switch("a", 1, board="gone"), switch("b", 1))
    assert make_safe(bench) == (
        SwitchOutcome("a", ok=False, message="gone: nothing answers"),
        SwitchOutcome("b", ok=True),
    )


def test_only_what_switches_stand_on_is_opened(bench_of: BenchOf, happened: list[str]) -> None:
    other = "other: {driver: fake.board, serial: B}"
    make_safe(bench_of(other, BOARD, switch("a", 1)))
    assert "open board A" in happened
    assert "open board B" not in happened


def test_only_the_named_switches_are_made_safe(bench_of: BenchOf, happened: list[str]) -> None:
    bench = bench_of(BOARD, switch("a", 1), switch("b", 2))
    assert make_safe(bench, {"b"}) == (SwitchOutcome("b", ok=True),)
    assert "safe a" not in happened


def test_open_switches_are_made_safe_in_place(bench_of: BenchOf) -> None:
    with opened(bench_of(BOARD, switch("a", 1), switch("b", 2))) as bench:
        switches = bench.of(Switch)
        for each in switches.values():
            each.set(on=True)
        assert [o.ok for o in make_switches_safe(switches)] == [True, True]
        assert not any(bench.of(RelayBoard)["board"].states())


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_unwinds_as_a_keyboard_interrupt_that_knows_it(number: signal.Signals) -> None:
    unwound = False
    with pytest.raises(Interrupted, match=f"interrupted by {number.name}") as got:  # noqa: PT012, SIM117
        with signals_unwind():
            try:
                os.kill(os.getpid(), number)
            finally:
                unwound = True
    assert got.value.signal is number
    assert isinstance(got.value, KeyboardInterrupt)
    assert unwound


def test_the_handlers_of_before_come_back() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    with signals_unwind():
        assert [signal.getsignal(number) for number in ENDING] != before
    assert [signal.getsignal(number) for number in ENDING] == before


def test_a_hang_up_that_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_unwind():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
