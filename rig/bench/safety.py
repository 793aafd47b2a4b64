"""Every switch of a bench in its safe state, and signals that let a run unwind cleanly.

What happens when the runner cannot do this itself any more is in ``guard`` and ``watchdog``.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from drivers.api.device import Device
from drivers.api.relay import Switch
from rig.bench.attempts import Attempt, attempts, close_all, described, failure_of
from rig.bench.build import partial, switch_names
from rig.bench.description import BenchDescription

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP = signal.SIGUSR1  # of the emergency stop, from the thread that watches it
ECHO_S = 0.5  # a terminal, make and timeout each pass one and the same signal on: one, not three


@dataclass(frozen=True, slots=True)
class SwitchOutcome:
    """Whether one switch is in its safe state now, and if not, why."""

    switch: str
    ok: bool
    message: str = ""


class Interrupted(KeyboardInterrupt):
    """A signal asked the run to end. ``signal`` says which."""

    def __init__(self, number: int) -> None:
        self.signal = signal.Signals(number)
        super().__init__(f"interrupted by {self.signal.name}")


class EmergencyStop(Interrupted):
    """The bench's emergency stop was pressed."""

    def __init__(self) -> None:
        super().__init__(STOP)
        self.args = ("emergency stop",)


@contextmanager
def signals_unwind() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into Interrupted in the main thread, which must be this one.

    A second signal ends the process at once, with the status a shell gives a signal; the watchdog
    then makes the switches safe. The emergency stop's own signal becomes EmergencyStop. SIGHUP
    stays ignored where it was ignored before (nohup).
    """
    first_s: list[float] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        if not first_s:
            first_s.append(time.monotonic())
            raise EmergencyStop if number == STOP else Interrupted(number)
        if number != STOP and time.monotonic() - first_s[0] > ECHO_S:
            os._exit(128 + number)

    before = {number: signal.getsignal(number) for number in (*ENDING, STOP)}
    if before[signal.SIGHUP] is signal.SIG_IGN:
        del before[signal.SIGHUP]
    for number in before:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def make_switches_safe(switches: Mapping[str, Switch]) -> tuple[SwitchOutcome, ...]:
    """Make open switches safe, each whatever happens to the others."""
    problems = {name: failure_of(switch.make_safe) for name, switch in switches.items()}
    return tuple(SwitchOutcome(n, not e, described(e) if e else "") for n, e in problems.items())


def make_safe(
    description: BenchDescription, switches: Collection[str] | None = None
) -> tuple[SwitchOutcome, ...]:
    """Open only the switches of a bench (or those named) and what they stand on; make them safe.

    A switch that cannot be opened, made safe or closed is an outcome that is not ok; the others
    are made safe all the same, each before the next device is opened. Never raises for a device.
    """
    wanted = switch_names(description) if switches is None else set(switches)
    devices: dict[str, Device] = {}
    outcomes: dict[str, SwitchOutcome] = {}
    reasons: dict[str, str] = {}
    try:
        for attempt in attempts(partial(description, wanted).devices, devices):
            name = attempt.entry.name
            problem = _made_safe(attempt, reasons)
            if problem:
                reasons[name] = problem
            if name in wanted:
                outcomes[name] = SwitchOutcome(name, not problem, problem)
    finally:
        failed = close_all(devices)
    for name in failed.keys() & outcomes.keys():  # closing makes safe too, so this failure counts
        outcomes[name] = SwitchOutcome(name, ok=False, message=described(failed[name]))
    return tuple(outcomes.values())


def _made_safe(attempt: Attempt, reasons: Mapping[str, str]) -> str:
    """What kept a device from being open and, if it is a switch, safe; "" when nothing did."""
    if attempt.blocked_by:
        return f"{attempt.blocked_by}: {reasons[attempt.blocked_by]}"
    error = attempt.error
    if isinstance(attempt.device, Switch):
        error = failure_of(attempt.device.make_safe)
    return described(error) if error else ""
