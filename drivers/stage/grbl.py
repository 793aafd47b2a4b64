"""A linear rail or an XY gantry behind a GRBL 1.1 controller, as a stage."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from drivers.api.clock import SystemClock, TimeSource
from drivers.api.device import Finding, Identity
from drivers.api.errors import DriverError, LinkLost, OutOfReach
from drivers.api.operator import Operator
from drivers.api.phone import KeyHolder
from drivers.api.space import Path, Point
from drivers.api.stage import Accuracy, Carriage, Carried, Halting, RailLine, Stage, Walk
from drivers.stage.grbl_controller import Controller, Use
from drivers.stage.grbl_drive import Drive, place_of
from drivers.stage.grbl_hands import OperatorHands
from drivers.stage.grbl_messages import GrblAlarm
from drivers.stage.rail_frame import Axis, OnRail, RailFrame, Vector
from drivers.stage.rail_log import GAP_S, LATE_S


class GrblStage(Stage, Halting):
    """Moves what is on its carriage. It is homed (``$H``) before the first move.

    ``serial`` is the USB serial number of the controller's line, or a virtual rail; ``carriage``
    who puts phones on it: the person at the bench, or that virtual rail. ``origin`` is where the
    phone is at the end that GRBL calls minus its travel, ``direction`` the way from there to
    GRBL's zero, both in the vehicle's frame, and ``length_m`` how much of it may be used; a
    gantry has ``across`` and ``width_m`` for its Y. Nothing is driven faster than
    ``top_speed_mps``. ``within_m`` is how well rail and phone are known to stand where this says.
    ``time`` brings the bench's clock, where that is not the machine's. A line that was pulled out
    is opened again by the next move, which waits ``back_s`` for it.

    After a stop, whatever has stopped it, ``carriage`` is asked to see that the rail is clear
    before it homes again. However the program ends, the carriage stands within the way that it
    needs to stop in and ``AHEAD_S`` of driving: GRBL has no more than that, see ``grbl_drive``;
    or, while it homes, at its end switch.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("serial",)
    """Options that no two entries of a bench may share."""

    def __init__(  # noqa: PLR0913 - the options of a bench file
        self,
        serial: str | RailLine,
        carriage: Operator | Carriage,
        origin: Vector,
        direction: Vector,
        length_m: float,
        top_speed_mps: float,
        *,
        across: Vector | None = None,
        width_m: float = 0.0,
        within_m: float = 0.01,
        baud: int = 115200,
        answer_s: float = 2.0,
        back_s: float = 5.0,
        time: TimeSource | None = None,
    ) -> None:
        """Raises DriverUnavailable, DeviceNotFound, and DriverError for settings that do not do."""
        axes = [Axis.along(direction, length_m)]
        if across is not None:
            axes.append(Axis.along(across, width_m))
        self._frame = RailFrame(Point(*origin), tuple(axes))
        self._carriage = OperatorHands(carriage) if isinstance(carriage, Operator) else carriage
        self._clock = time.clock if time else SystemClock()
        self._within_m, self._top_mps = within_m, top_speed_mps
        use = Use(tuple(axis.length_m * 1000 for axis in axes), top_speed_mps)
        self._controller = Controller(serial, baud, use, self._clock, answer_s)
        self._back_s = back_s
        self._drive: Drive | None = None
        self._homed = self._moving = False
        self._stopped_by = ""
        self._on: tuple[KeyHolder, Carried] | None = None

    @property
    def accuracy(self) -> Accuracy:
        moving_m = self._top_mps * LATE_S
        moving_m += self._controller.machine.acceleration_mps2 * GAP_S**2 / 8
        basis = (
            f"rail and mounting within {self._within_m:g} m (bench file); GRBL's reports within "
            f"{LATE_S * 1000:.0f} ms at {self._top_mps:g} m/s, {GAP_S:g} s apart at most"
        )
        return Accuracy(self._within_m + moving_m, basis)

    def place(self, holder: KeyHolder, at: Point, carried: Carried = Carried.IN_HAND) -> None:
        target = self._frame.on_rail(at, self.name)
        self._bring(holder, target, carried)

    def walk(self, holder: KeyHolder, path: Path, carried: Carried = Carried.IN_HAND) -> Walk:
        if path.speed_mps > self._top_mps:
            said = f"{path.speed_mps:g} m/s: this rail runs at {self._top_mps:g} m/s at most"
            raise OutOfReach(said, device=self.name)
        way = self._frame.way(path, self.name)
        self._bring(holder, way[0], carried)
        self._drive = self._set_out(way, path.speed_mps)
        return GrblWalk(self._drive, path, self._frame)

    def take_away(self, holder: KeyHolder) -> None:
        if self._on is not None and self._on[0] is holder:
            self._rest()
            self._carriage.unmount(holder)
            self._on = None

    def stop(self) -> None:
        """Emergency stop: feed hold, then soft reset. The next move homes it again.

        By the thread that uses the stage; any other calls ``halt``, which waits for nothing.

        Raises LinkLost, LinkTimeout: nobody knows then whether it has stopped by this, but it has
        no more to drive than ``AHEAD_S`` and the way that it stops in.
        """
        drive = self._drive
        try:
            self.halt()
        finally:
            self._drive = None
            if drive is not None:
                drive.abandon()
        stands = drive is not None and isinstance(drive.fault, GrblAlarm)
        self._controller.reset() if stands else self._controller.hold_and_reset()
        self._moving = False

    def halt(self) -> None:
        """Feed hold, or a reset while it homes, and nothing is sent any more; ``stop`` waits."""
        self._homed, self._stopped_by = False, "emergency stop"
        try:
            self._controller.halt()
        finally:
            if (drive := self._drive) is not None:
                drive.halt()

    def identity(self) -> Identity:
        kind = "linear rail" if len(self._frame.axes) == 1 else "XY gantry"
        return Identity("GRBL", kind, self._controller.serial, self._controller.firmware)

    def self_test(self) -> tuple[Finding, ...]:
        """Asks how it stands; it need not be homed yet, since the first move does that."""
        try:
            if self._controller.line.gone:
                self._open_again(0.0)
            state = self._controller.line.sight("looking").status.state
        except DriverError as exc:
            advice = "look at its cable and power, and whether it is in alarm"
            return (Finding(f"GRBL does not answer: {exc}", ok=False, advice=advice),)
        if state in ("Door", "Sleep", "Check"):
            advice = "close its door, or reset it"
            return (Finding(f"GRBL stands in state {state}", ok=False, advice=advice),)
        homed = "" if self._homed else "; it homes before its first move"
        return (Finding(f"GRBL answers, in state {state}{homed}", ok=True),)

    def close(self) -> None:
        """Stop it if it moves. What is on the carriage stays there."""
        try:
            if self._moving:
                with suppress(LinkLost):  # unplugged, it stops by itself
                    self.stop()
        finally:
            self._controller.line.close()

    def _bring(self, holder: KeyHolder, target: OnRail, carried: Carried) -> None:
        """Have it on the carriage and the carriage at a place, at rest."""
        self._rest()
        if self._on != (holder, carried):
            if self._on is not None:
                self._carriage.unmount(self._on[0])
                self._on = None
            holder.withdraw()
            self._carriage.mount(holder, carried)
            self._on = holder, carried
        self._drive = self._set_out((self._homed_at(), target), self._top_mps)
        self._rest(at_the_end=True)

    def _homed_at(self) -> OnRail:
        """Where it stands. Opened and homed again if something has happened to it at rest."""
        if self._homed:
            try:
                seen = self._controller.line.sight("looking")
                if seen.status.state == "Idle":
                    return place_of(seen, self._controller.machine)
                self._stopped_by = f"it stood in state {seen.status.state}"
            except (LinkLost, GrblAlarm) as exc:
                self._stopped_by = str(exc)
            self._homed = False
        if self._controller.line.gone:
            self._open_again(self._back_s)
        self._home()
        return place_of(self._controller.line.sight("looking"), self._controller.machine)

    def _open_again(self, back_s: float) -> None:
        self._stopped_by = self._stopped_by or "its line was pulled out"
        self._homed = False
        self._controller.open_again(back_s)

    def _home(self) -> None:
        if self._stopped_by:
            self._carriage.clear(self._stopped_by)
        self._moving, self._stopped_by = True, ""
        try:
            self._controller.home()
        except DriverError as exc:
            self._stopped_by = str(exc)
            raise
        self._homed, self._moving = True, False

    def _set_out(self, way: tuple[OnRail, ...], speed_mps: float) -> Drive:
        controller, self._moving = self._controller, True
        return Drive(controller.line, controller.machine, self._clock, way, speed_mps)

    def _rest(self, *, at_the_end: bool = False) -> None:
        """Have it stand still. What was wrong with a drive is raised here, unless it was told."""
        drive = self._drive
        if drive is None:
            return
        told = drive.told
        try:
            drive.finish() if at_the_end else drive.run_out()
        except DriverError as exc:
            with suppress(DriverError):  # the first error says more
                self.stop()
            self._stopped_by = str(exc)
            if not told:
                exc.device = exc.device or self.name
                raise
        self._drive, self._moving = None, False


class GrblWalk(Walk):
    """A drive, in the vehicle's frame."""

    def __init__(self, drive: Drive, path: Path, frame: RailFrame) -> None:
        self._drive, self._path, self._frame = drive, path, frame

    @property
    def begun_ns(self) -> int:
        return self._drive.begun_ns

    def where(self, t_ns: int) -> Point:
        """As reported; a time that is still to come is waited for.

        Raises LinkTimeout where too few reports came, and what ended the drive for times after it.
        """
        if t_ns <= self._drive.begun_ns:
            return self._path.points[0]
        self._drive.wait_for_report(t_ns)
        if self._drive.has_arrived(t_ns):
            return self._path.points[-1]
        return self._frame.place(self._drive.log.where(t_ns))

    def finish(self) -> None:
        self._drive.finish()
