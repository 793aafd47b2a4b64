"""A GRBL controller: opened, its settings checked, homed, and stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.api.clock import Clock
from drivers.api.errors import DriverError, LinkTimeout
from drivers.api.stage import RailLine
from drivers.stage.grbl_drive import POLL_S, Machine
from drivers.stage.grbl_line import GrblLine
from drivers.stage.grbl_messages import read_build, read_settings
from drivers.stage.serial_door import TextLine, path_of

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


class Controller:
    """``line`` is used by one at a time; ``machine`` is what ``check`` has found."""

    def __init__(self, serial: str | RailLine, baud: int, clock: Clock, answer_s: float) -> None:
        """Raises DeviceNotFound when it is not plugged in, or does not greet as GRBL 1.1."""
        self._clock, self._answer_s = clock, answer_s
        virtual = not isinstance(serial, str)
        path = path_of(serial) if isinstance(serial, str) else serial.path
        self.serial = path if virtual else str(serial)
        self.line = GrblLine(TextLine(path, baud), clock, answer_s)
        self.machine = Machine((), 0.0, 0.0)
        self._seek_mps = 0.0
        with self.closed_on_error():
            version = self.line.reset(min(_GREETING_S, 3 * answer_s))
            build, self._options = read_build(self.line.command("$I", "asking for the build"))
            self.firmware = build or version

    @contextmanager
    def closed_on_error(self) -> Iterator[None]:
        """Let go of the line when the block does not come to its end."""
        try:
            yield
        except BaseException:
            self.line.close()
            raise

    def check(self, lengths_mm: tuple[float, ...], top_mps: float) -> None:
        """Read its settings. Raises DriverError, with what to set, for any that do not do."""
        found = read_settings(self.line.command("$$", "reading the settings"))
        for number, wanted, what in _WANTED:
            if found.get(number) != wanted:
                raise DriverError(f"GRBL ${number}={found.get(number)}: {what}; set {wanted}")
        if not int(found.get(10, 0)) & _MACHINE_POSITION:
            raise DriverError("GRBL reports work coordinates; set $10=1")
        if _FORCED_ORIGIN in self._options:
            raise DriverError("this GRBL is built with HOMING_FORCE_SET_ORIGIN; build without")
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
        self.machine = Machine(travels, min(accelerations) / 1000, fastest_mps)
        self._seek_mps = _positive(found, 25) / 60000

    def home(self) -> None:
        """Let it look for its limit switches. Raises GrblAlarm, LinkTimeout, LinkLost."""
        self.line.reset(self._answer_s)  # out of whatever state it is in
        longest_m = max(self.machine.travel_mm) / 1000
        timeout_s = _HOMING_S + _SLOWER * longest_m / self._seek_mps
        self.line.long_command("$H", "homing", timeout_s)
        self.line.command("G21G90G94", "choosing millimetres")

    def hold_and_reset(self) -> None:
        """Wait until it stands, for as long as that may take, and reset it."""
        stopping_s = self.machine.fastest_mps / (self.machine.acceleration_mps2 or 1.0)
        until_ns = self._clock.now_ns() + round((stopping_s + 0.5) * 1e9)
        try:
            while self._clock.now_ns() < until_ns and self._moves():
                self._clock.sleep(POLL_S)
        finally:
            self.line.reset(self._answer_s)

    def _moves(self) -> bool:
        try:
            status = self.line.sight("stopping").status
        except LinkTimeout:
            return False  # it does not say: reset it now
        return status.state in ("Run", "Jog") or (status.state, status.sub_state) == ("Hold", 1)


def _positive(found: dict[int, float], number: int) -> float:
    value = found.get(number, 0.0)
    if not value > 0:
        raise DriverError(f"GRBL ${number}={found.get(number)}: it must be above zero")
    return value
