"""What GRBL 1.1 says, read with suspicion.

Source: "Grbl v1.1 Interface" and the tables of codes in GRBL's own documentation. Coordinates are
millimetres of the machine, rates millimetres a minute.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.api.errors import DeviceRefused, DriverError, FrameError

GREETING = re.compile(r"Grbl (?P<version>\d+\.\d+\w?)")
STATES = frozenset({"Idle", "Run", "Hold", "Jog", "Alarm", "Door", "Check", "Home", "Sleep"})
_SETTING = re.compile(r"\$(?P<number>\d{1,3})=(?P<value>-?\d+(?:\.\d+)?)")
_NUMBER = re.compile(r"-?\d{1,6}(?:\.\d{1,4})?")

_AXES = 3

ALARMS: Mapping[int, str] = {
    1: "a limit switch was hit; free the carriage by hand, look what was in its way, home again",
    2: "a move would leave the travel that GRBL knows; compare $130 with the bench file",
    3: "it was reset in motion, and its position is lost; home again",
    6: "homing was reset; home again",
    7: "the safety door was opened while it was homing; close it, home again",
    8: "the limit switch did not open after homing; look at switch and wiring, raise $27",
    9: "no limit switch was found while homing; look at switch and wiring, and at $130",
}
"""What each alarm means on a rail, and what to do."""

REFUSALS: Mapping[int, str] = {
    2: "a number is missing or no number",
    3: "this $ command is unknown",
    5: "homing is switched off; set $22=1",
    8: "it is not idle",
    9: "it is locked by an alarm; home again",
    11: "the line is too long",
    13: "the safety door is open; close it",
    15: "the move would leave the travel that GRBL knows",
    20: "this command is unknown",
    22: "no feed rate is set",
}
"""What the more likely errors mean."""


class GrblRefused(DeviceRefused):
    """``error:n``: a line was not executed; ``code`` is n."""

    def __init__(self, code: int, doing: str) -> None:
        DriverError.__init__(self, f"{doing}: error:{code}, {REFUSALS.get(code, 'see GRBL')}")
        self.code = code


class GrblAlarm(DeviceRefused):
    """``ALARM:n``: it has stopped by itself and takes no move until it is homed again."""

    def __init__(self, code: int, doing: str) -> None:
        DriverError.__init__(self, f"{doing}: ALARM:{code}, {ALARMS.get(code, 'see GRBL')}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Status:
    """A status report; ``$10`` says which of ``machine_mm`` and ``work_mm`` is there."""

    state: str
    sub_state: int | None = None
    machine_mm: tuple[float, ...] | None = None
    work_mm: tuple[float, ...] | None = None
    offset_mm: tuple[float, ...] | None = None  # WCO: comes now and then


def read_status(line: str) -> Status:
    """Parse ``<Idle|MPos:0.000,0.000,0.000|...>``. Raises FrameError for anything else."""
    if not (line.startswith("<") and line.endswith(">")):
        raise FrameError(f"no status report: {line[:60]!r}")
    first, *fields = line[1:-1].split("|")
    state, _, sub = first.partition(":")
    if state not in STATES or not (sub == "" or (sub.isdecimal() and len(sub) == 1)):
        raise FrameError(f"a status report of no known state: {line[:60]!r}")
    found: dict[str, tuple[float, ...]] = {}
    for one in fields:
        name, _, values = one.partition(":")
        if name in ("MPos", "WPos", "WCO"):
            if name in found:
                raise FrameError(f"a status report says {name} twice: {line[:60]!r}")
            found[name] = _coordinates(values, line)
    if ("MPos" in found) == ("WPos" in found):
        raise FrameError(f"a status report without its position: {line[:60]!r}")
    where = found.get("MPos"), found.get("WPos"), found.get("WCO")
    return Status(state, int(sub) if sub else None, *where)


def read_settings(lines: list[str]) -> dict[int, float]:
    """Parse the answer to ``$$``. Raises FrameError for a line that is none of it."""
    found = {}
    for line in lines:
        if line.startswith("["):
            continue  # a message that came in between
        match = _SETTING.fullmatch(line)
        if match is None or int(match["number"]) in found:
            raise FrameError(f"no setting: {line[:60]!r}")
        found[int(match["number"])] = float(match["value"])
    return found


def read_build(lines: list[str]) -> tuple[str, str]:
    """Version and compile-time options of the answer to ``$I``; "" for what it does not say."""
    found = dict.fromkeys(("VER", "OPT"), "")
    for line in lines:
        name, _, value = line.strip("[]").partition(":")
        if name in found:
            found[name] = value.partition(":")[0]
    return found["VER"].removeprefix("v"), found["OPT"].partition(",")[0]


def read_code(line: str) -> int:
    """The number of ``error:n`` or ``ALARM:n``. Raises FrameError where there is none."""
    code = line.partition(":")[2]
    if not (code.isdecimal() and len(code) <= 3):
        raise FrameError(f"no code: {line[:60]!r}")
    return int(code)


def _coordinates(text: str, line: str) -> tuple[float, ...]:
    parts = text.split(",")
    if len(parts) < _AXES or not all(_NUMBER.fullmatch(part) for part in parts):
        raise FrameError(f"no coordinates in a status report: {line[:60]!r}")
    values = tuple(map(float, parts[:_AXES]))
    if not all(map(math.isfinite, values)):
        raise FrameError(f"no coordinates in a status report: {line[:60]!r}")
    return values
