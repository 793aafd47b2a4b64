"""The vehicle as a test sees it: things to do to it, and conditions to wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from drivers.api.clock import Clock, SystemClock
from drivers.api.device import Device
from drivers.api.errors import DriverError
from drivers.api.phone import KeyHolder
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.profiles import PROFILES
from rig.digital_key.settings import assumptions, settings_from
from rig.digital_key.transaction import Vehicle
from rig.digital_key.wire import Transceive
from rig.measure.outcomes import Inconclusive
from rig.records.run import SettingRecord
from rig.vehicle.body import Body, Power, UnlockScope
from rig.vehicle.conditions import PATIENCE_S, VehicleCondition
from rig.vehicle.keyring import Key, load_keyring
from rig.vehicle.reader_loop import Layer, ReaderLoop
from rig.vehicle.service import Service
from rig.vehicle.visit import Visit
from rig.vehicle.visit_log import VisitLog
from rig.vehicle.wiring import CLOSURES, DOORS, HANDLE, TRAY, wire_up

_RECOVERY_S = 5.0  # how long a reader may take to come back between two tests


class VehicleDescription(Protocol):
    """The vehicle section of a bench file, as far as the vehicle needs it."""

    @property
    def keyring(self) -> Path: ...
    @property
    def profile(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, object]: ...
    def facts(self) -> dict[str, str]:
        """What describes the vehicle, for the report."""
        ...


@dataclass(frozen=True, slots=True)
class Door:
    """One door (or the trunk) as conditions."""

    unlocked: VehicleCondition
    locked: VehicleCondition
    open: VehicleCondition
    shut: VehicleCondition


@dataclass(frozen=True, slots=True)
class Pressed:
    """What pressing a button led to."""

    accepted: bool
    explanation: str


class Car:
    """The rig's vehicle on the devices of a bench. ``start`` sets the reader loops going."""

    def __init__(
        self,
        devices: Mapping[str, Device],
        description: VehicleDescription,
        clock: Clock | None = None,
    ) -> None:
        """Raises WiringError, KeyringError or SettingError; moves nothing."""
        self.clock = clock or SystemClock()
        self._description = description
        self._holders = [d for d in devices.values() if isinstance(d, KeyHolder)]
        wiring = wire_up(devices)
        self.body = Body(wiring, self.clock)
        self.keyring = load_keyring(description.keyring)
        self._provisioned = load_keyring(description.keyring)
        self._settings = settings_from(description.settings)
        vehicle = Vehicle(
            self.keyring.identifier,
            self.keyring.vehicle_key,
            PROFILES[description.profile],
            self._settings,
        )
        self.service = Service(vehicle, self.keyring, self.body, self.clock)
        self._vehicle = vehicle
        self._log = VisitLog()
        self._in_tray: Key | None = None
        self._started_before = False
        self._loops = {
            HANDLE: ReaderLoop(HANDLE, wiring.readers[HANDLE], self.service.serve_handle, self),
            TRAY: ReaderLoop(TRAY, wiring.readers[TRAY], self._serve_tray, self),
        }

    def start(self) -> None:
        """Let the readers serve devices."""
        for loop in self._loops.values():
            loop.start()

    def stop(self) -> None:
        """Stop serving; returns when the loops have ended."""
        for loop in self._loops.values():
            loop.stop()

    def reset(self) -> None:
        """Bring vehicle and bench to the state every test begins with.

        Nothing in any field, everything shut and locked, power off, settings and keys as
        provisioned. Raises the bench error when a reader stays broken.
        """
        for holder in self._holders:
            holder.withdraw()
        for loop in self._loops.values():
            loop.between = None
        self.service.vehicle = self._vehicle
        self.service.fast_at_handle = True
        self.service.ephemeral = PrivateKey.generate
        self.body.unlock_scope = UnlockScope.ALL
        self.keyring.restore(self._provisioned)
        self._await_empty_fields()
        self.body.set_power(Power.OFF)
        for closure in CLOSURES:
            self.body.move(closure, to_open=False)
        self.body.set_locks(unlock=False)
        self._started_before = False
        self._log.disregard()

    # --- what a test does to the vehicle -----------------------------------------------------

    def lock_all(self) -> None:
        """Lock every lock by the rig's own hand, as a fob would."""
        self._log.disregard()
        self.body.set_locks(unlock=False)

    def unlock_all(self) -> None:
        """Unlock every lock by the rig's own hand, as a fob would."""
        self._log.disregard()
        self.body.set_locks(unlock=True)

    def open(self, closure: str) -> None:
        """Open a door or the trunk; it is unlocked for that if it must be."""
        self.body.move(closure, to_open=True)

    def shut(self, closure: str) -> None:
        self.body.move(closure, to_open=False)

    def press_start_stop(self) -> Pressed:
        """Press START/STOP: with a key in the tray, drive-ready; when drive-ready, off."""
        if self.body.power is Power.DRIVE_READY:
            self.body.set_power(Power.OFF)
            return Pressed(True, "switched off")
        key = self._in_tray
        if key is None:
            return Pressed(False, "no authorised key in the tray")
        self.body.set_power(Power.DRIVE_READY)
        self._started_before = True
        return Pressed(True, f"started with {key.name}")

    def press_trunk_button(self) -> Pressed:
        """Press the trunk button inside the driver's door: needs a key in the tray."""
        if self._in_tray is None:
            return Pressed(False, "no authorised key in the tray")
        self.body.release_trunk()
        return Pressed(True, f"released with {self._in_tray.name}")

    def next_visit(self, timeout_s: float = PATIENCE_S) -> Visit:
        """The next finished visit, however it ended. Raises Inconclusive when none comes."""
        visit = self._log.next(timeout_s)
        if visit is None:
            self.raise_fault()
            raise Inconclusive(f"no reader saw a device within {timeout_s:g} s")
        return visit

    def judged_visit(self, timeout_s: float = PATIENCE_S) -> Visit:
        """As ``next_visit``, but raises what kept the visit from being judged."""
        visit = self.next_visit(timeout_s)
        visit.raise_if_broken()
        return visit

    def sees_nothing(self, for_s: float) -> bool:
        """Whether no visit ends within this time; the bench must work all the while."""
        visit = self._log.next(for_s)
        self.raise_fault()
        return visit is None

    @contextmanager
    def between(self, place: str, layer: Layer) -> Iterator[None]:
        """Put somebody between vehicle and device at a reader: to alter, replay or withhold."""
        self._loops[place].between = layer
        try:
            yield
        finally:
            self._loops[place].between = None

    @contextmanager
    def posing_as(self, vehicle: Vehicle) -> Iterator[None]:
        """Speak as another vehicle: another identifier, or a long-term key that is not ours."""
        self.service.vehicle = vehicle
        try:
            yield
        finally:
            self.service.vehicle = self._vehicle

    @property
    def vehicle(self) -> Vehicle:
        """Who the vehicle is to devices."""
        return self._vehicle

    # --- what a test waits for ---------------------------------------------------------------

    def door(self, name: str) -> Door:
        """A door by name, or "trunk"."""
        if name not in CLOSURES:
            raise ValueError(f"no door {name!r}; there are {', '.join(CLOSURES)}")
        return Door(
            unlocked=self._condition(f"{name} unlocked", lambda: self.body.is_unlocked(name)),
            locked=self._condition(f"{name} locked", lambda: not self.body.is_unlocked(name)),
            open=self._condition(f"{name} open", lambda: self.body.is_open(name)),
            shut=self._condition(f"{name} shut", lambda: not self.body.is_open(name)),
        )

    @property
    def locked(self) -> VehicleCondition:
        """Every lock is locked."""
        return self._condition(
            "vehicle locked", lambda: not any(self.body.is_unlocked(lock) for lock in CLOSURES)
        )

    @property
    def unlocked(self) -> VehicleCondition:
        """Every lock is unlocked."""
        return self._condition(
            "vehicle unlocked", lambda: all(self.body.is_unlocked(lock) for lock in CLOSURES)
        )

    @property
    def start_authorised(self) -> VehicleCondition:
        """A key that may start lies in the tray."""
        return self._condition("start authorised", lambda: self._in_tray is not None)

    @property
    def drive_ready(self) -> VehicleCondition:
        return self._condition("drive-ready", lambda: self.body.power is Power.DRIVE_READY)

    # --- for the record ----------------------------------------------------------------------

    def take_visits(self) -> list[Visit]:
        """All visits finished since the last call."""
        return self._log.take()

    def settings_records(self) -> tuple[SettingRecord, ...]:
        """The protocol's assumptions in force."""
        profile = self._vehicle.profile
        fast = SettingRecord(
            f"profile {profile.name}: fast_context",
            ", ".join(part.name.lower() for part in profile.fast_context),
            profile.fast_context_mark,
            "Order of what goes into the fast transaction's key derivation.",
        )
        own = (SettingRecord(a.name, a.value, a.mark, a.why) for a in assumptions(self._settings))
        return (*own, fast)

    def facts(self) -> dict[str, str]:
        """What describes the vehicle, for the report."""
        return {**self._description.facts(), "identifier": self.keyring.identifier.hex()}

    # --- the reader loops' side --------------------------------------------------------------

    def began(self, visit: Visit) -> None:  # noqa: ARG002 - the log counts, it does not look
        self._log.began()

    def ended(self, visit: Visit) -> None:
        self._log.ended(visit)

    def left(self, place: str) -> None:
        if place == TRAY:
            self._in_tray = None

    def await_visit(self, timeout_s: float) -> Visit | None:
        return self._log.next(timeout_s)

    def quiet(self) -> bool:
        return self._log.quiet()

    def now_ns(self) -> int:
        return self.clock.now_ns()

    def raise_fault(self) -> None:
        for loop in self._loops.values():
            if loop.fault is not None:
                raise loop.fault

    def _serve_tray(self, visit: Visit, transceive: Transceive) -> None:
        self._in_tray = self.service.serve_tray(visit, transceive, again=self._started_before)

    def _condition(self, what: str, holds: Callable[[], bool]) -> VehicleCondition:
        return VehicleCondition(what, holds, self)

    def _await_empty_fields(self) -> None:
        deadline = self.clock.now_ns() + int(_RECOVERY_S * 1e9)
        while not all(loop.idle for loop in self._loops.values()):
            if self.clock.now_ns() > deadline:
                self.raise_fault()
                busy = [p for p, loop in self._loops.items() if not loop.idle]
                raise DriverError("a device is still in the field", device=", ".join(busy))
            self.clock.sleep(0.002)


__all__ = ["CLOSURES", "DOORS", "Car", "Door", "Pressed"]
