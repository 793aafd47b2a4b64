"""The line to a GRBL controller: one line sent, one answer waited for; and single realtime bytes.

Simple send-response, not character counting: what is buffered ahead is the driver's own choice,
and never more than a fraction of a second (see ``grbl_drive``).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

from drivers.api.clock import Clock
from drivers.api.errors import DeviceNotFound, FrameError, LinkLost, LinkTimeout
from drivers.stage.grbl_messages import (
    GREETING,
    GrblAlarm,
    GrblRefused,
    Status,
    read_code,
    read_status,
)
from drivers.stage.text_line import TextLine

SOFT_RESET, FEED_HOLD, STATUS = b"\x18", b"!", b"?"
_SPOKEN = "1.1"
_POLL_S = 0.02  # of an answer that takes seconds
_QUIET_S = 0.05
_AGAIN_S = 2.5  # a boot loader that was reset by opening the line swallows what is sent to it
_NOT_GRBL = "nothing greets as GRBL: is the controller powered, and is this its line and its baud?"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A status report, and the times of the bench's clock between which it was made."""

    status: Status
    asked_ns: int
    came_ns: int


class GrblLine:
    """Used by one thread at a time, but for ``hold`` and ``cut``, which may come from any."""

    def __init__(self, line: TextLine, clock: Clock, answer_s: float) -> None:
        """``answer_s``: how long an answer may take, in real time."""
        self._line, self._clock, self._answer_s = line, clock, answer_s
        self._turn = threading.RLock()
        self._given_up = False

    def reset(self, greeting_s: float) -> str:
        """Reset it softly, which ends any motion at once, and return the version that it greets by.

        Raises DeviceNotFound when nothing greets as GRBL 1.1.
        """
        with self._turn:
            self._line.forget()
            self._line.write(SOFT_RESET)
            deadline_s = time.monotonic() + greeting_s
            again_s = time.monotonic() + _AGAIN_S
            while (left_s := deadline_s - time.monotonic()) > 0:
                match = GREETING.match(self._heard(min(left_s, _AGAIN_S)))
                if match and not match["version"].startswith(_SPOKEN):
                    raise DeviceNotFound(f"it is GRBL {match['version']}; {_SPOKEN} is needed")
                if match:
                    # If it was starting just now it greets twice, and it may add a warning.
                    while self._heard(_QUIET_S):
                        continue
                    return match["version"]
                if time.monotonic() > again_s:
                    self._line.write(SOFT_RESET)
                    again_s = deadline_s
            raise DeviceNotFound(_NOT_GRBL)

    def command(self, text: str, doing: str) -> list[str]:
        """Send a line and return what came before its ``ok``.

        Raises GrblRefused, GrblAlarm, LinkTimeout, FrameError, LinkLost.
        """
        with self._turn:
            self._line.write(f"{text}\n".encode("ascii"))
            found: list[str] = []
            while (line := self._said(doing)) != "ok":
                found.append(_judged(line, doing))
            return found

    def long_command(self, text: str, doing: str, timeout_s: float) -> None:
        """Send a line whose ``ok`` takes as long as a motion, by the bench's clock. As above.

        It has ``answer_s`` of real time in any case: a virtual clock may run ahead of the line.
        """
        with self._turn:
            self._line.write(f"{text}\n".encode("ascii"))
            until_ns = self._clock.now_ns() + round(timeout_s * 1e9)
            until_s = time.monotonic() + self._answer_s
            late = False
            while (line := self._line.read(_POLL_S if late else 0.0)) != "ok":
                late = self._clock.now_ns() > until_ns
                if line is not None:
                    _judged(line, doing)
                elif late and time.monotonic() > until_s:
                    raise LinkTimeout(f"{doing}: not done within {timeout_s:g} s")
                else:
                    self._clock.sleep(_POLL_S)

    def sight(self, doing: str) -> Sighting:
        """Ask for a status report. Raises as ``command`` does."""
        with self._turn:
            asked_ns = self._clock.now_ns()
            self._line.write(STATUS)
            while not (line := self._said(doing)).startswith("<"):
                _judged(line, doing)
            return Sighting(read_status(line), asked_ns, self._clock.now_ns())

    @property
    def gone(self) -> bool:
        """Whether the line was pulled out: another one has to be opened."""
        return self._line.gone

    def hold(self) -> None:
        """Feed hold: it slows down to a stop. At once, whoever waits for an answer meanwhile."""
        self._line.write(FEED_HOLD)

    def cut(self) -> None:
        """Soft reset, as at once; nobody waits for its greeting. Raises LinkLost, LinkTimeout."""
        self._line.write(SOFT_RESET)

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Inside, nobody waits for an answer any longer: in a feed hold, GRBL takes no line."""
        self._given_up = True
        try:
            yield
        finally:
            self._given_up = False

    def close(self) -> None:
        """Let go of the line. Idempotent."""
        self._line.close()

    def _heard(self, timeout_s: float) -> str:
        """The next line, or "" for silence and for noise: what comes before a greeting may be."""
        try:
            return self._line.read(timeout_s) or ""
        except FrameError:
            return ""

    def _said(self, doing: str) -> str:
        deadline_s = time.monotonic() + self._answer_s
        while (left_s := deadline_s - time.monotonic()) > 0 and not self._given_up:
            line = self._line.read(min(left_s, _QUIET_S))
            if line is not None:
                return line
        raise LinkTimeout(f"{doing}: no answer within {self._answer_s:g} s")


def _judged(line: str, doing: str) -> str:
    """A line that is no ``ok``; raises for what ends the waiting for one."""
    if line.startswith("ALARM:"):
        raise GrblAlarm(read_code(line), doing)
    if line.startswith("error:"):
        raise GrblRefused(read_code(line), doing)
    if GREETING.match(line):
        _was_reset(doing)
    if line[0] not in "[$<>":
        raise FrameError(f"{doing}: {line[:60]!r} is nothing that GRBL says")
    return line


def _was_reset(doing: str) -> NoReturn:
    said = "the controller was reset meanwhile (power, emergency stop?): home again"
    raise LinkLost(f"{doing}: {said}")
