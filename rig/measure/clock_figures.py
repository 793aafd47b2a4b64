"""How fine a bench's clock is, and how late a wait by it ends."""

from __future__ import annotations

import math

from drivers.api.clock import Clock
from rig.measure.errors import FigureError
from rig.measure.figures import Figure, figure_of

_LOOKS = 10_000  # a clock that has not moved after so many stands still
WAIT_S = 0.001
_FEW = 20


def clock_steps(clock: Clock, n: int) -> Figure:
    """The steps by which the clock is seen to move, in nanoseconds.

    Raises FigureError for a clock that moves only while everybody waits.
    """
    steps = [float(_step_ns(clock)) for _ in range(n)]
    smallest = min(steps)
    return figure_of(
        steps,
        "step of the clock, as it is seen",
        "ns",
        uncertainty=smallest / math.sqrt(12),
        basis="the smallest step, rectangular",
        remarks=("to ask the clock takes part of each step",),
    )


def clock_uncertainty_ms(clock: Clock) -> float:
    """The standard uncertainty of one reading, in milliseconds; 0 for a clock that stands still."""
    try:
        return min(_step_ns(clock) for _ in range(_FEW)) / 1e6 / math.sqrt(12)
    except FigureError:
        return 0.0


def late_waits(clock: Clock, n: int) -> Figure:
    """By how many microseconds a wait of one millisecond ends too late."""
    late = []
    for _ in range(n):
        begun_ns = clock.now_ns()
        clock.sleep(WAIT_S)
        late.append((clock.now_ns() - begun_ns) / 1e3 - WAIT_S * 1e6)
    return figure_of(
        late,
        f"a wait of {WAIT_S * 1000:g} ms ends too late by",
        "us",
        uncertainty=_step_ns(clock) / 1e3 / math.sqrt(12),
        basis="a step of the clock, rectangular",
    )


def _step_ns(clock: Clock) -> int:
    before_ns = clock.now_ns()
    for _ in range(_LOOKS):
        if (now_ns := clock.now_ns()) != before_ns:
            return now_ns - before_ns
    raise FigureError(
        "this clock moves only while everybody waits (time: virtual); no figure is one of this "
        "machine: take a bench whose world has real time"
    )
