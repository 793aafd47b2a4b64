"""Conditions for tests of the recorder: doors that unlock when they are told to."""

from __future__ import annotations

from typing import Any

from drivers.api.clock import SystemClock
from drivers.api.trace import Exchange
from rig.measure.outcomes import Unmet
from rig.measure.timeline import Occurrence, Timeline

MS = 1_000_000
NO_LIMIT: dict[str, Any] = {"p95": 1000}


class Unlocked:
    """A door that unlocks a given time after each presence."""

    def __init__(self, *durations_ms: float) -> None:
        self.durations_ms = iter(durations_ms)
        self.waited_s: list[float] = []

    def wait(self, timeout_s: float = 5.0) -> Occurrence:
        self.waited_s.append(timeout_s)
        end_ns = 100 * MS + int(next(self.durations_ms) * MS)
        return Occurrence(end_ns, Timeline({"presence": 100 * MS}))


class Never:
    """A door that stays locked."""

    def wait(self, timeout_s: float = 5.0) -> Occurrence:
        raise Unmet(f"driver's door still locked after {timeout_s} s")


class At:
    """Something that came true at a given time, in a given visit."""

    def __init__(self, t_ms: int, timeline: Timeline | None = None) -> None:
        self.occurrence = Occurrence(t_ms * MS, timeline)

    def wait(self, timeout_s: float = 5.0) -> Occurrence:  # noqa: ARG002 - it is true already
        return self.occurrence


class StoppedClock(SystemClock):
    """A clock at which the whole test takes no time."""

    def now_ns(self) -> int:
        return 99 * MS


def visit() -> Timeline:
    marks = {
        "presence": 100 * MS,
        "selected": 130 * MS,
        "authenticated": 230 * MS,
        "commanded": 240 * MS,
        "feedback": 300 * MS,
    }
    return Timeline(
        marks,
        [
            Exchange("handle", 105 * MS, 125 * MS, b"", b""),
            Exchange("handle", 140 * MS, 220 * MS, b"", b""),
            Exchange("handle", 250 * MS, 290 * MS, b"", b""),  # after the relay was commanded
        ],
    )
