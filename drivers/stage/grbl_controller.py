"""A GRBL controller: opened, its settings checked, homed, and stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from drivers.api.clock import Clock
from drivers.api.errors import DeviceNotFound, DriverError, FrameError, LinkTimeout
from drivers.api.stage import RailLine
from drivers.serial_line import path_of
from drivers.stage.grbl_drive import POLL_S, WHAT_TO_DO, Machine
from drivers.stage.grbl_line import GrblLine
from drivers.stage.grbl_messages import GrblAlarm, read_build, read_settings
from drivers.stage.text_line import TextLine

_LOOK_S = 0.1
_GREETING_S = 6.0  # opening the line resets an Arduino, and its boot loader waits for two
_SLOWER = 3.0  # of homing: it goes there, off the switch, and slowly once more
_HOMING_S = 20.0  # on top of that, for the slow part
_MACHINE_POSITION = 1  # bit of $10
_FORCED_ORIGIN = "Z"  # of $I: a build that counts otherwise
_WANTED = (
    (13, 0, "it reports in inches"),
    (20, 1, "its soft limits are off"),
    (22, 1, "homing is off"),
)


@dataclass(frozen=True, slots=True)
class Use:
    """What the bench file makes of a rail: the length of each axis, and the highest speed."""

    lengths_mm: tuple[float, ...]
    top_mps: float


class Controller:
    """``line`` is used by one at a time; ``machine`` is what its settings say."""

    def __init__(
        self, serial: str | RailLine, baud: int, use: Use, clock: Clock, answer_s: float
    ) -> None:
        """Raises DeviceNotFound when it is not plugged in, or does not greet as GRBL 1.1.

        Raises DriverError, with what to set, for settings that do not do.
        """
        self._where, self._baud, self._use = serial, baud, use
        self._clock, self._answer_s = clock, answer_s
        self.machine = Machine((), 0.0, 0.0)
        self._seek_mps = 0.0
        self._homing = False
        self.firmware = ""
        path = self._path()
        self.serial = serial if isinstance(serial, str) else path
        self.line = GrblLine(TextLine(path, baud), clock, answer_s)
        self._begin()

    def open_again(self, back_s: float) -> None:
        """Open its line anew, wherever it is now; it is waited for. It has to be homed then.

        Raises as the constructor does.
        """
        self.line.close()
        until_s = time.monotonic() + back_s
        while True:
            try:
                line = TextLine(self._path(), self._baud)
                break
            except DeviceNotFound:
                if time.monotonic() >= until_s:
                    raise
                time.sleep(_LOOK_S)
        self.line = GrblLine(line, self._clock, self._answer_s)
        self._begin()

    def _path(self) -> str:
        return path_of(self._where) if isinstance(self._where, str) else self._where.path

    def _begin(self) -> None:
        """Ask it for all that has to be known of it."""
        with self._closed_on_error():
            version = self.line.reset(min(_GREETING_S, 3 * self._answer_s))
            build, options = read_build(self.line.command("$I", "asking for the build"))
            if _FORCED_ORIGIN in options:
                raise DriverError("this GRBL is built with HOMING_FORCE_SET_ORIGIN; build without")
            self.firmware = build or version
            self._check()

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.line.close()
            raise

    def _check(self) -> None:
        lengths_mm, top_mps = self._use.lengths_mm, self._use.top_mps
        found = read_settings(self.line.command("$$", "reading the settings"))
        for number, wanted, what in _WANTED:
            if found.get(number) != wanted:
                raise DriverError(f"GRBL ${number}={found.get(number)}: {what}; set {wanted}")
        if not int(found.get(10, 0)) & _MACHINE_POSITION:
            raise DriverError("GRBL reports work coordinates; set $10=1")
        travels, fastest, accelerations = (
            tuple(_positive(found, first + axis) for axis in range(len(lengths_mm)))
            for first in (130, 110, 120)
        )
        for axis, (length_mm, travel_mm) in enumerate(zip(lengths_mm, travels, strict=True)):
            if length_mm > travel_mm:
                said = f"the bench file uses {length_mm:g} mm, and GRBL knows {travel_mm:g} mm"
                raise DriverError(f"{said}: compare ${130 + axis} with the rail")
        fastest_mps = min(fastest) / 60000
        if top_mps > fastest_mps:
            said = f"top_speed_mps {top_mps:g} is more than GRBL's own {fastest_mps:.2f} m/s"
            raise DriverError(f"{said} ($110, $111)")
        seek_mps = _positive(found, 25) / 60000
        if seek_mps > top_mps:
            said = f"GRBL homes at {seek_mps:.2f} m/s ($25), and top_speed_mps is {top_mps:g}"
            raise DriverError(said)
        self.machine = Machine(travels, min(accelerations) / 1000, fastest_mps)
        self._seek_mps = seek_mps

    def home(self) -> None:
        """Let it look for its limit switches. Raises GrblAlarm, LinkTimeout, LinkLost.

        Whatever ends the waiting early, Ctrl-C too, ends the homing.
        """
        self.reset()  # out of whatever state it is in
        state = self.line.sight("about to home").status.state
        if state not in ("Idle", "Alarm"):
            raise DriverError(f"it does not home: {WHAT_TO_DO.get(state, state)}")
        longest_m = max(self.machine.travel_mm) / 1000
        timeout_s = _HOMING_S + _SLOWER * longest_m / self._seek_mps
        self._homing = True
        try:
            self.line.long_command("$H", "homing", timeout_s)
        except BaseException:
            with suppress(DriverError):  # the first error says more
                self.line.cut()
            raise
        finally:
            self._homing = False
        self.line.command("G21G90G94", "choosing millimetres")

    def halt(self) -> None:
        """Have it stop, from any thread and without waiting for it. Raises LinkLost, LinkTimeout.

        A feed hold; while it homes, GRBL heeds none, and a reset stops it.
        """
        self.line.cut() if self._homing else self.line.hold()

    def hold_and_reset(self) -> None:
        """Wait until it stands, for as long as that may take, and reset it."""
        stopping_s = self.machine.fastest_mps / (self.machine.acceleration_mps2 or 1.0)
        until_ns = self._clock.now_ns() + round((stopping_s + 0.5) * 1e9)
        try:
            while self._clock.now_ns() < until_ns and self._moves():
                self._clock.sleep(POLL_S)
        finally:
            self.reset()

    def reset(self) -> None:
        """Reset it: in an alarm it stands, and says no more until then."""
        self.line.reset(self._answer_s)

    def _moves(self) -> bool:
        try:
            status = self.line.sight("stopping").status
        except (LinkTimeout, GrblAlarm):
            return False  # it does not say, or stands: reset it now
        except FrameError:
            return True  # the answer to what was sent before
        return status.state in ("Run", "Jog") or (status.state, status.sub_state) == ("Hold", 1)


def _positive(found: dict[int, float], number: int) -> float:
    value = found.get(number, 0.0)
    if not value > 0:
        raise DriverError(f"GRBL ${number}={found.get(number)}: it must be above zero")
    return value
