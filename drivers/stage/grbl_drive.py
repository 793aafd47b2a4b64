"""A carriage on its way: short steps are sent just ahead of where it is, and it is watched.

This is what makes a rail safe when the program dies, whatever it dies of: GRBL runs out what it
has, slows down and stands. What it has is never more than the way that it needs to stop in (GRBL
plans for rest at the end of what it has, and would not get up to speed on less) and ``AHEAD_S``
of driving.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from drivers.api.clock import Clock
from drivers.api.errors import DriverError
from drivers.stage.grbl_line import GrblLine, Sighting
from drivers.stage.rail_frame import OnRail, from_machine, machine_mm
from drivers.stage.rail_log import PositionLog

AHEAD_S = 0.2
POLL_S = 0.05
_STEP_S = 0.05
_STEPS = 10  # that are ahead at a time, at most
_SMALLEST_M = 0.001  # of a step
_ON_THE_WAY_M = 0.003
_AT_REST_M = 0.0005
_STUCK_S = 2.0
WHAT_TO_DO = {
    "Alarm": "it is in alarm: look at the rail, home again",
    "Door": "the safety door is open: close it, home again",
    "Hold": "somebody has pressed feed hold: home again",
    "Sleep": "it sleeps: home again",
    "Check": "it only checks what it is sent ($C): reset it",
    "Home": "it is homing",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What the controller's settings say of the axes that the rail has."""

    travel_mm: tuple[float, ...]
    acceleration_mps2: float
    fastest_mps: float

    def ahead_m(self, speed_mps: float) -> float:
        """The most that may be buffered."""
        return speed_mps * AHEAD_S + speed_mps**2 / (2 * self.acceleration_mps2)


@dataclass(frozen=True, slots=True)
class Step:
    """A straight bit of a way, with where on the way it begins."""

    start: OnRail
    end: OnRail
    begins_m: float

    @property
    def length_m(self) -> float:
        return math.dist(self.start, self.end)


class Drive:
    """One way, driven by a thread of its own. Its controller is homed and stands at the start."""

    def __init__(
        self,
        line: GrblLine,
        machine: Machine,
        clock: Clock,
        way: tuple[OnRail, ...],
        speed_mps: float,
    ) -> None:
        self._line, self._machine, self._clock = line, machine, clock
        self._speed_mps, self._end = speed_mps, way[-1]
        # Few enough for GRBL's planner, which holds fifteen, however slowly it speeds up.
        longest_m = max(_SMALLEST_M, speed_mps * _STEP_S, machine.ahead_m(speed_mps) / _STEPS)
        self._steps = list(steps(way, longest_m))
        self._sent = self._at = 0  # steps: sent, and the one it is on
        self._reached_m, self._idle = 0.0, 0
        self._last_move: tuple[OnRail, int] | None = None
        self._ending = self._arrived = self.told = False
        self._bell = clock.bell()
        self._over = threading.Event()
        self.log = PositionLog()
        self.fault: DriverError | None = None
        self.rested_ns = 0
        self.begun_ns = clock.now_ns()
        self._thread = clock.thread(self._work, "grbl drive")

    @property
    def over(self) -> bool:
        """Whether it is at rest, or has failed: then ``fault`` says why."""
        return self._over.is_set()

    def finish(self) -> None:
        """Return when it is at rest. Raises its fault."""
        while not self.over:
            self._clock.sleep(POLL_S)
        self._raise_fault()

    def run_out(self) -> None:
        """Send nothing more, and return when it is at rest. Raises its fault."""
        self._ending = True
        self.finish()

    def abandon(self) -> None:
        """Send nothing more, and let go of the line; whoever calls stops the carriage."""
        self.halt()
        if self._thread is not threading.current_thread():
            with self._line.given_up():
                self._thread.join()

    def halt(self) -> None:
        """As ``abandon``, and not wait until that has been done."""
        self._ending = True
        if not self.over:
            self.fault = DriverError("an emergency stop has ended the drive")
        self._over.set()
        self._bell.ring()

    def wait_for_report(self, t_ns: int) -> None:
        """Return once there is a report of that time, or it stands since. Raises its fault."""
        while not (self.over or self.log.reaches(t_ns)):
            self._clock.sleep(POLL_S)
        if not self.log.reaches(t_ns):
            self._raise_fault()

    def has_arrived(self, t_ns: int) -> bool:
        """Whether it stood at the end of its way at that time."""
        return self._arrived and t_ns >= self.rested_ns

    def _raise_fault(self) -> None:
        if self.fault is not None:
            self.told = True
            raise self.fault

    def _work(self) -> None:
        try:
            while not self._over.is_set() and not self._is_at_rest():
                self._send()
                self._bell.wait(POLL_S)
        except DriverError as exc:
            self._fails(exc)
        except Exception as exc:  # noqa: BLE001 - no fault of ours may look like an arrival
            fault = DriverError(f"the drive broke off: {type(exc).__name__}: {exc}")
            fault.__cause__ = exc
            self._fails(fault)
        finally:
            self.rested_ns = self.rested_ns or self._clock.now_ns()
            self._over.set()

    def _fails(self, fault: DriverError) -> None:
        """Have it stop, and say why; an emergency stop that came first says more."""
        if not self.over:
            self.fault = fault
        with suppress(DriverError):
            self._line.hold()

    def _is_at_rest(self) -> bool:
        """Take down where it is. Raises DriverError when it does not go on by itself."""
        seen = self._line.sight("driving")
        state = seen.status.state
        if state in WHAT_TO_DO:
            raise DriverError(f"the rail stopped on its way: {WHAT_TO_DO[state]}")
        place = place_of(seen, self._machine)
        self.log.add(seen, place)
        self._follow(place)
        # One report may come before what was sent last has begun to move; a second one does not.
        self._idle = self._idle + 1 if state == "Idle" else 0
        done = self._sent == len(self._steps) and math.dist(place, self._end) <= _AT_REST_M
        if self._idle >= (1 if done else 2) and (done or self._ending):
            self.rested_ns, self._arrived = seen.came_ns, done
            return True
        self._must_move(place, seen.came_ns)
        return False

    def _follow(self, place: OnRail) -> None:
        """How far along the way that is: on the step it was on, or a later one that was sent."""
        for number in range(self._at, self._sent):
            step = self._steps[number]
            done_m = math.dist(step.start, place)
            detour_m = done_m + math.dist(place, step.end) - step.length_m
            if detour_m <= _ON_THE_WAY_M:
                self._at = number
                self._reached_m = max(self._reached_m, step.begins_m + min(done_m, step.length_m))
                return

    def _must_move(self, place: OnRail, now_ns: int) -> None:
        if self._last_move is None or math.dist(place, self._last_move[0]) > _AT_REST_M:
            self._last_move = place, now_ns
        elif now_ns - self._last_move[1] > _STUCK_S * 1e9:
            raise DriverError(f"the carriage stands at {place} m and not where it was sent")

    def _send(self) -> None:
        """All steps that begin within what may be ahead of it."""
        until_m = self._reached_m + self._machine.ahead_m(self._speed_mps)
        while not self._ending and self._sent < len(self._steps):
            step = self._steps[self._sent]
            if step.begins_m + step.length_m > until_m and self._sent > self._at:
                return
            target = machine_mm(step.end, self._machine.travel_mm)
            words = "".join(f"{axis}{mm:.3f}" for axis, mm in zip("XY", target, strict=False))
            self._line.command(f"G90G53G1{words}F{self._speed_mps * 60000:.0f}", "driving")
            self._sent += 1


def place_of(seen: Sighting, machine: Machine) -> OnRail:
    """Where the carriage is by a status report. Raises DriverError for one of work coordinates."""
    if seen.status.machine_mm is None:
        raise DriverError("GRBL reports work coordinates; set $10=1")
    return from_machine(seen.status.machine_mm, machine.travel_mm)


def steps(way: tuple[OnRail, ...], longest_m: float) -> Iterator[Step]:
    """A way in steps of about that length; its corners are ends of steps."""
    begins_m = 0.0
    for a, b in pairwise(way):
        length_m = math.dist(a, b)
        count = math.ceil(length_m / longest_m) if length_m >= _SMALLEST_M / 10 else 0
        cuts = [_between(a, b, number / count) for number in range(count + 1)] if count else []
        for start, end in pairwise(cuts):
            yield Step(start, end, begins_m)
            begins_m += math.dist(start, end)


def _between(a: OnRail, b: OnRail, share: float) -> OnRail:
    return tuple(x + share * (y - x) for x, y in zip(a, b, strict=True))
