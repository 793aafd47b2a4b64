"""The body: locks, doors, trunk and power, moved by relays and believed only by sensors."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from drivers.api.clock import Clock
from drivers.api.sensor import Sensor
from rig.measure.outcomes import Inconclusive
from rig.vehicle.errors import ActuatorStuck, SensorContradicts
from rig.vehicle.wiring import CLOSURES, DOORS, TRUNK, Wiring

_POLL_S = 0.001  # how often a sensor is read while an actuator moves
_LOOKS = 3  # at a contact that says something new unasked, before it is believed: contacts bounce


class Power(StrEnum):
    """Power states."""

    OFF = "off"
    ACCESSORY = "accessory"
    DRIVE_READY = "drive-ready"


class UnlockScope(StrEnum):
    """Which locks an unlock opens: the vehicle's own setting, for fob and digital key alike."""

    ALL = "all"
    DRIVER = "driver"


class Body:
    """Commands actuators and reads sensors. ``actuation_s`` is when a latch counts as stuck."""

    def __init__(self, wiring: Wiring, clock: Clock, actuation_s: float = 1.0) -> None:
        self._wiring = wiring
        self._clock = clock
        self._actuation_s = actuation_s
        self.unlock_scope = UnlockScope.ALL
        self._confirmed: dict[str, bool] = {}  # what sensors said last, none commanded since

    def locks_to_open(self) -> tuple[str, ...]:
        """The locks an unlock concerns under the present setting."""
        return CLOSURES if self.unlock_scope is UnlockScope.ALL else (DOORS[0],)

    def command_locks(self, locks: Iterable[str], *, unlock: bool) -> int:
        """Set the relays; returns the time at which the last had taken the command, in ns."""
        for lock in locks:
            self._confirmed.pop(f"unlocked_{lock}", None)
            self._wiring.unlock[lock].set(on=unlock)
        return self._clock.now_ns()

    def await_locks(self, locks: Iterable[str], *, unlocked: bool) -> int:
        """Wait until every sensor has followed; returns when, in ns. Raises ActuatorStuck."""
        for lock in locks:
            self._await(f"unlocked_{lock}", self._wiring.unlocked[lock], wanted=unlocked)
        return self._clock.now_ns()

    def set_locks(self, *, unlock: bool) -> int:
        """Move every lock by the rig's own hand, as a fob would; returns when done, in ns."""
        self.command_locks(CLOSURES, unlock=unlock)
        return self.await_locks(CLOSURES, unlocked=unlock)

    def is_unlocked(self, lock: str) -> bool:
        """What its sensor says. Raises SensorContradicts: only relays move a lock."""
        return self._read(f"unlocked_{lock}", self._wiring.unlocked[lock])

    def is_open(self, closure: str) -> bool:
        """What its contact says, believed where it goes on saying it: people move doors, too."""
        return self._steady(f"open_{closure}", self._wiring.opened[closure])

    def standing_open(self) -> tuple[str, ...]:
        """Every door or trunk that is open now."""
        return tuple(closure for closure in CLOSURES if self.is_open(closure))

    def move(self, closure: str, *, to_open: bool) -> None:
        """Have a door or the trunk opened or shut, and see the contact follow.

        Raises Inconclusive when nobody on this bench can move it, ActuatorStuck when it does not.
        """
        if self.is_open(closure) == to_open:
            return
        if self._wiring.body is None:
            raise Inconclusive(f"nobody on this bench can move the {closure} closure")
        self._confirmed.pop(f"open_{closure}", None)
        self._wiring.body.move(closure, to_open=to_open)
        self._await(f"open_{closure}", self._wiring.opened[closure], wanted=to_open)

    def release_trunk(self) -> int:
        """Unlock the trunk and let it spring open; returns when its contact says so, in ns."""
        self.command_locks((TRUNK,), unlock=True)
        self.await_locks((TRUNK,), unlocked=True)
        self._confirmed.pop(f"open_{TRUNK}", None)
        self._wiring.release_trunk.set(on=True)
        try:
            self._await("open_trunk", self._wiring.opened[TRUNK], wanted=True)
        finally:
            self._wiring.release_trunk.set(on=False)
        return self._clock.now_ns()

    def hold_trunk(self) -> None:
        """Release nothing: a relay that was left on would spring the trunk open again."""
        if self._wiring.release_trunk.is_on():
            self._wiring.release_trunk.set(on=False)
            self._clock.sleep(self._actuation_s)  # no sensor says when it has let go

    @property
    def power(self) -> Power:
        """The power state the sensors report. Raises SensorContradicts."""
        if self._read("is_drive_ready", self._wiring.power_on["drive_ready"]):
            return Power.DRIVE_READY
        accessory = self._read("is_accessory", self._wiring.power_on["accessory"])
        return Power.ACCESSORY if accessory else Power.OFF

    def set_power(self, power: Power) -> int:
        """Switch the power state; returns when the sensors confirm it, in ns."""
        wanted = {
            "accessory": power is not Power.OFF,
            "drive_ready": power is Power.DRIVE_READY,
        }
        for name, on in wanted.items():
            self._confirmed.pop(f"is_{name}", None)
            self._wiring.power[name].set(on=on)
        for name, on in wanted.items():
            self._await(f"is_{name}", self._wiring.power_on[name], wanted=on)
        return self._clock.now_ns()

    def _await(self, name: str, sensor: Sensor, *, wanted: bool) -> None:
        deadline = self._clock.now_ns() + int(self._actuation_s * 1e9)
        while sensor.is_active() is not wanted:
            if self._clock.now_ns() > deadline:
                raise ActuatorStuck(name, wanted, self._actuation_s)
            self._clock.sleep(_POLL_S)
        self._confirmed[name] = wanted

    def _read(self, name: str, sensor: Sensor) -> bool:
        """What a sensor says whose actuator the rig alone moves."""
        active = self._steady(name, sensor)
        if self._confirmed.get(name, active) is not active:
            raise SensorContradicts(name, active)
        return active

    def _steady(self, name: str, sensor: Sensor) -> bool:
        """What a sensor says; against what it confirmed, as often as it takes to believe it."""
        for _ in range(_LOOKS):
            active = sensor.is_active()
            if self._confirmed.get(name, active) is active:
                break
        return active
