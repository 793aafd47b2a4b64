"""The vehicle as a test sees it: things to do to it, and conditions to wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rig.digital_key.profiles import Purpose
from rig.digital_key.transaction import Vehicle
from rig.measure.outcomes import Inconclusive
from rig.vehicle.body import Power
from rig.vehicle.cabin import FOBS, Cabin
from rig.vehicle.conditions import PATIENCE_S, VehicleCondition
from rig.vehicle.connected import ConnectedVehicle
from rig.vehicle.drive import Drive
from rig.vehicle.driver_profiles import DriverProfiles
from rig.vehicle.head_unit import HeadUnitSoftware
from rig.vehicle.keyring import Key
from rig.vehicle.keyring_file import load_keyring
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.reader_loop import Layer
from rig.vehicle.surroundings import PLUS
from rig.vehicle.visit import Visit
from rig.vehicle.wiring import CLOSURES, HANDLE, TRAY


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


class Car(ConnectedVehicle):
    """The rig's vehicle, with a test's hand on it."""

    # --- what a test does to the vehicle -----------------------------------------------------

    def lock_all(self) -> None:
        """Lock every lock by the rig's own hand, as a fob would."""
        self._log.disregard()
        self.body.set_locks(unlock=False)

    def unlock_all(self) -> None:
        """Unlock every lock by the rig's own hand, as a fob would."""
        self._log.disregard()
        self.body.set_locks(unlock=True)

    def press_fob(self, *, unlock: bool) -> None:
        """Do what the fob does: lock everything, or unlock what the vehicle's setting says."""
        self._log.disregard()
        locks = self.body.locks_to_open() if unlock else CLOSURES
        self.body.command_locks(locks, unlock=unlock)
        self.body.await_locks(locks, unlocked=unlock)
        self.telematics.fob_used()
        self.interior.fob_used(FOBS[0])
        self._sync.request()

    def open(self, closure: str) -> None:
        """Open an unlocked door or the trunk."""
        self.body.move(closure, to_open=True)

    def shut(self, closure: str) -> None:
        self.body.move(closure, to_open=False)

    def press_start_stop(self) -> Pressed:
        """Press START/STOP: with a key in the tray, drive-ready; when drive-ready, off."""
        if self.body.power is Power.DRIVE_READY:
            self.body.set_power(Power.OFF)
            return Pressed(True, "switched off")
        key, objection = self._key_for_a_press(Purpose.START_FIRST)
        if key is None:
            return Pressed(False, objection)
        self.body.set_power(Power.DRIVE_READY)
        self._started_before = True
        self._used(key)
        self._sync.request()
        return Pressed(True, f"started with {key.name}")

    def press_trunk_button(self) -> Pressed:
        """Press the trunk button inside the driver's door: needs a key in the tray."""
        key, objection = self._key_for_a_press(Purpose.UNLOCK)
        if key is None:
            return Pressed(False, objection)
        self.body.release_trunk()
        self._used(key)
        self._sync.request()
        return Pressed(True, f"released with {key.name}")

    def _key_for_a_press(self, purpose: Purpose) -> tuple[Key | None, str]:
        """The key in the tray, looked at again: it may have ended since it was authorised.

        With Digital Key Plus, a key that is found anywhere in the cabin will do.
        """
        if self.plus and (found := self.passive.find_inside(purpose)) is not None:
            return found, ""
        lying = self._in_tray
        if lying is None or not lying.authorised:
            return None, "no authorised key in the tray"
        if not self.service.keyring.holds(lying.key):
            return None, f"{lying.key.name} was deleted"
        decision = self.service.judge(lying.key, purpose)
        return (lying.key, "") if decision.allowed else (None, decision.explanation)

    def next_visit(self, timeout_s: float = PATIENCE_S, at: str | None = None) -> Visit:
        """The next finished visit at this place, or at any, however it ended.

        Raises Inconclusive when none comes.
        """
        visit = self._log.next(timeout_s, at)
        if visit is None:
            self.raise_fault()
            seen = self.sightings(at)
            raise Inconclusive(f"no reader saw a device within {timeout_s:g} s{seen}")
        return visit

    def judged_visit(self, timeout_s: float = PATIENCE_S, at: str | None = None) -> Visit:
        """As ``next_visit``, but raises what kept the visit from being judged."""
        visit = self.next_visit(timeout_s, at)
        visit.raise_if_broken()
        return visit

    def sees_nothing(self, for_s: float) -> bool:
        """Whether no visit ends within this time.

        Raises the bench error of a reader that failed meanwhile, if only once: it was blind then.
        """
        failures = {place: loop.failures for place, loop in self._loops.items()}
        visit = self._log.next(for_s)
        self.raise_fault()
        for place, loop in self._loops.items():
            if loop.failures != failures[place] and loop.last_fault is not None:
                raise loop.last_fault
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

    @contextmanager
    def as_second_vehicle(self) -> Iterator[None]:
        """Play the other vehicle of the bench file, with its own identity and keys.

        Raises Inconclusive when the bench describes no second one.
        """
        path = self._description.second_keyring
        if path is None:
            raise Inconclusive("the bench file has no second_keyring for another vehicle")
        keyring = load_keyring(path)
        self.service.vehicle, self.service.keyring = self._speaking_for(keyring), keyring
        try:
            yield
        finally:
            self.service.vehicle, self.service.keyring = self._vehicle, self.keyring

    @property
    def vehicle(self) -> Vehicle:
        """Who the vehicle is to devices."""
        return self._vehicle

    def serve_tray_again(self) -> None:
        """Look at what lies in the tray once more: pairing has begun, or a key was activated."""
        self._loops[TRAY].serve_again()

    # --- passive entry -------------------------------------------------------------------------

    @property
    def plus(self) -> bool:
        """Whether this vehicle has passive entry, and the bench what it takes."""
        return self._passive is not None and self._description.key == PLUS

    @property
    def passive(self) -> PassiveEntry:
        """Passive entry. Raises Inconclusive on a bench that has no radio or no anchors."""
        if self._passive is None:
            raise Inconclusive("the bench has no Bluetooth radio and UWB anchors for the vehicle")
        return self._passive

    # --- what a test finds inside --------------------------------------------------------------

    @property
    def head_unit(self) -> HeadUnitSoftware:
        """The display and its menus."""
        return self.interior.head_unit

    @property
    def cabin(self) -> Cabin:
        """Fobs and cards inside."""
        return self.interior.cabin

    @property
    def drive(self) -> Drive:
        """Speed, volume and position."""
        return self.interior.drive

    @property
    def profiles(self) -> DriverProfiles:
        """Driver profiles and their keys."""
        return self.interior.profiles

    # --- what a test waits for ---------------------------------------------------------------

    def door(self, name: str) -> Door:
        """A door by name, or "trunk"."""
        if name not in CLOSURES:
            raise ValueError(f"no door {name!r}; there are {', '.join(CLOSURES)}")
        return Door(
            unlocked=self._by_tap(f"{name} unlocked", lambda: self.body.is_unlocked(name)),
            locked=self._by_tap(f"{name} locked", lambda: not self.body.is_unlocked(name)),
            open=self._condition(f"{name} open", lambda: self.body.is_open(name)),
            shut=self._condition(f"{name} shut", lambda: not self.body.is_open(name)),
        )

    @property
    def locked(self) -> VehicleCondition:
        """Every lock is locked."""
        return self._by_tap(
            "vehicle locked", lambda: not any(self.body.is_unlocked(lock) for lock in CLOSURES)
        )

    @property
    def unlocked(self) -> VehicleCondition:
        """Every lock is unlocked."""
        return self._by_tap(
            "vehicle unlocked", lambda: all(self.body.is_unlocked(lock) for lock in CLOSURES)
        )

    @property
    def start_authorised(self) -> VehicleCondition:
        """A key that may start lies in the tray."""
        return VehicleCondition("start authorised", self._may_start, self, TRAY, "authorised")

    @property
    def drive_ready(self) -> VehicleCondition:
        return self._condition("drive-ready", lambda: self.body.power is Power.DRIVE_READY)

    def _may_start(self) -> bool:
        return self._key_for_a_press(Purpose.START_FIRST)[0] is not None

    def _by_tap(self, what: str, holds: Callable[[], bool]) -> VehicleCondition:
        return VehicleCondition(what, holds, self, HANDLE)

    def _condition(self, what: str, holds: Callable[[], bool]) -> VehicleCondition:
        return VehicleCondition(what, holds, self)
