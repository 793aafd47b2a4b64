"""The vehicle at work: built from a bench, its reader loops running, reset between tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from time import monotonic, sleep

from drivers.api.clock import Clock, MovableClock, clock_of
from drivers.api.device import Device
from drivers.api.errors import DriverError
from drivers.api.operator import Operator
from drivers.api.peer import SettingsPeer
from rig.digital_key.profiles import PROFILES
from rig.digital_key.settings import PAIRING, RANGING, TRANSACTION, settings_from
from rig.digital_key.transaction import Vehicle
from rig.key_server.vehicles import VehicleRecord
from rig.records.run import CalibrationRecord, SettingRecord
from rig.vehicle.antenna_delays import antenna_delays
from rig.vehicle.bench_witness import BenchWitness, WitnessedEntry
from rig.vehicle.body import Body, Power, UnlockScope
from rig.vehicle.described import VehicleDescription, assumed, facts_of
from rig.vehicle.drive import is_inside
from rig.vehicle.interior import Around, Interior
from rig.vehicle.keyring import Key, Keyring
from rig.vehicle.keyring_file import load_keyring
from rig.vehicle.line import Line
from rig.vehicle.pairing_desk import PairingDesk, Trust
from rig.vehicle.passive.approach import Approach
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.reader_loop import ReaderLoop
from rig.vehicle.readings import VehicleReadings
from rig.vehicle.record import record_of
from rig.vehicle.service import InTray, Service
from rig.vehicle.surroundings import passive_entry, reached_by
from rig.vehicle.sync_loop import SyncLoop
from rig.vehicle.telematics import Telematics
from rig.vehicle.trust import trust_of
from rig.vehicle.visit import Ending, Visit
from rig.vehicle.visit_log import VisitLog
from rig.vehicle.wiring import CLOSURES, HANDLE, TRAY, TRUNK, Wiring, holders_among, wire_up

RECOVERY_S = 5.0  # how long a reader may take to come back between two tests


class RunningVehicle:
    """The rig's vehicle on the devices of a bench. ``start`` sets the reader loops going."""

    def __init__(
        self,
        devices: Mapping[str, Device],
        description: VehicleDescription,
        clock: Clock | None = None,
        trust: Trust | None = None,
        readings: VehicleReadings | None = None,
        passive: PassiveSettings | None = None,
    ) -> None:
        """Raises WiringError, KeyringError, SettingError or CalibrationError; moves nothing.

        ``clock`` is by default that of a device that brings one, else the machine's; ``trust`` is
        the rig's own and that of the virtual phones on the bench.
        """
        self.clock = clock or clock_of(devices)
        self._description = description
        self._holders = holders_among(devices)
        wiring = wire_up(devices)
        self.body = Body(wiring, self.clock)
        self.keyring, self._provisioned = (load_keyring(description.keyring) for _ in range(2))
        self._settings = settings_from(description.settings)
        _share(description.settings, devices)
        self._vehicle = self._speaking_for(self.keyring)
        self._readings = replace(readings or VehicleReadings(), zone=description.zone)
        self.telematics = Telematics(self.keyring, self.clock, readings=self._readings)
        self.service = self._serving()
        trusts, told = trust or trust_of(description, devices, self.clock), reached_by(wiring.radio)
        self.pairing = PairingDesk(self.service, self.telematics, trusts, told)
        self._sync, self._log = SyncLoop(self._reconcile), VisitLog(self.clock)
        self._in_tray: InTray | None = None
        self._started_before = False
        self._loops = {
            HANDLE: ReaderLoop(HANDLE, wiring.readers[HANDLE], self.service.serve_handle, self),
            TRAY: ReaderLoop(TRAY, wiring.readers[TRAY], self._serve_tray, self),
        }
        self.pairing.look_again = self._loops[TRAY].serve_again
        self.interior = self._inside(devices, wiring)
        self._delays = antenna_delays(description.calibrations, wiring.anchors)
        self._passive = self._around(wiring, passive or PassiveSettings())
        self._witness = BenchWitness(self._loops.values(), self._log, self._passive)

    def start(self) -> None:
        """Let the readers serve devices."""
        self._sync.start()
        for loop in self._loops.values():
            loop.start()

    def stop(self) -> None:
        """Stop serving; returns when the loops have ended."""
        if self._passive is not None:
            self._passive.stop()
        for loop in self._loops.values():
            loop.stop()
        self._sync.stop()

    def reset(self) -> None:
        """Bring vehicle and bench to the state every test begins with.

        Nothing in any field, everything shut and locked, power off, settings and keys as
        provisioned, nothing left to tell the key server. Raises the bench error when a reader
        stays broken.
        """
        for holder in self._holders:
            holder.withdraw()
        for loop in self._loops.values():
            loop.between = None
        if self._passive is not None:
            self._passive.reset()
        self.service.vehicle, self.service.keyring = self._vehicle, self.keyring
        self.service.fast_at_handle = True
        self.read_as(self._readings)
        self.body.unlock_scope = UnlockScope.ALL
        self.await_empty(*self._loops)
        self._sync.settle(RECOVERY_S)
        self._sync.forget()
        if isinstance(self.clock, MovableClock):
            self.clock.rewind()
        self.telematics.reset()
        self.pairing.reset()
        self.keyring.restore(self._provisioned)
        self.interior.reset(self._record)
        self.body.set_power(Power.OFF)
        self.body.hold_trunk()
        for closure in CLOSURES:
            self.body.move(closure, to_open=False)
        self.body.set_locks(unlock=False)
        self.body.move(TRUNK, to_open=False)  # sprung open again, where a relay let go too late
        self._started_before = False
        self._log.disregard()
        self._witness.begin()

    def read_as(self, readings: VehicleReadings) -> None:
        """Read what the sources leave open in this way, until the next reset."""
        self.service.readings = self.telematics.readings = readings
        self.interior.read_as(readings)

    def disregard_visits(self) -> None:
        """Count every visit that has ended as looked at."""
        self._log.disregard()

    def take_visits(self) -> list[Visit | Approach]:
        """All visits and approaches since the last call."""
        approaches = [] if self._passive is None else self._passive.take_approaches()
        return [*self._log.take(), *approaches]

    def await_empty(self, *places: str) -> None:
        """Wait until the readers at these places have seen their device go.

        Raises the bench error that keeps a reader from it.
        """
        deadline_s = monotonic() + RECOVERY_S  # readers' threads wait by real time
        while busy := [place for place in places if not self._loops[place].idle]:
            if monotonic() > deadline_s:
                self.raise_fault()
                raise DriverError("a device is still in the field", device=", ".join(busy))
            with self.clock.elsewhere():
                sleep(0.002)

    def objection(self, *, failed: bool) -> Exception | None:
        """What speaks against judging anybody by what was seen since the reset; BenchWitness."""
        return self._witness.objection(failed=failed)

    def settings_records(self) -> tuple[SettingRecord, ...]:
        """The protocol's assumptions in force."""
        paired = (PAIRING,) if self.telematics.connected else ()
        if self._passive is None:
            return assumed(self._vehicle, (TRANSACTION, *paired))
        settings = assumed(self._vehicle, (TRANSACTION, *paired, RANGING))
        return (*settings, *self._passive.settings_records(), *self._delays.records())

    def calibrations(self) -> tuple[CalibrationRecord, ...]:
        """What is taken off the ranges of which anchor; () where nobody is ranged."""
        return () if self._passive is None else tuple(self._delays.applied.values())

    def facts(self) -> dict[str, str]:
        """What describes the vehicle, for the report."""
        return facts_of(self._description, self.keyring.identifier)

    # --- the reader loops' side --------------------------------------------------------------

    def ended(self, visit: Visit) -> None:
        self._log.ended(visit)
        if self._passive is not None and visit.ending in (Ending.UNLOCKED, Ending.LOCKED):
            self._passive.locks_moved(unlocked=visit.ending is Ending.UNLOCKED)
        self._sync.request()

    def left(self, place: str) -> None:
        if place == TRAY:
            self._in_tray = None
            self.interior.emptied()

    def await_visit(self, timeout_s: float, place: str) -> Visit | None:
        return self._log.next(timeout_s, place)

    def sightings(self, place: str | None) -> str:
        """What readers there, or all, tell of their polling; to put behind "nothing was seen"."""
        loops = [loop for loop in self._loops.values() if place in (None, loop.place)]
        return "".join(f"; {loop.sightings}" for loop in loops if loop.sightings)

    def raise_fault(self) -> None:
        for loop in self._loops.values():
            if loop.fault is not None:
                raise loop.fault

    def _serve_tray(self, visit: Visit, line: Line) -> None:
        self._in_tray = None
        if self.pairing.serve(visit, line):
            self.interior.paired(visit)
        else:
            self._in_tray = self.service.serve_tray(visit, line, again=self._started_before)
            self.interior.placed(self.in_tray)

    def _reconcile(self) -> None:
        if self.telematics.sync() is not None:
            self.pairing.notice()

    def _used(self, key: Key) -> None:
        """A key moved something; one of another vehicle that is played is no event of this one."""
        if self.keyring.holds(key):
            self.telematics.used(key)
            self.interior.used(key)

    def _inside(self, devices: Mapping[str, Device], wiring: Wiring) -> Interior:
        around = Around(
            clock=self.clock,
            keyring=self.keyring,
            body=self.body,
            telematics=self.telematics,
            pairing=self.pairing,
            in_tray=lambda: self.in_tray,
            look_again=self._loops[TRAY].serve_again,
            changed=self._sync.request,
        )
        operators = (d for d in devices.values() if isinstance(d, Operator))
        inside = Interior(around, self._record, wiring.head_unit, next(operators, None))
        inside.read_as(self._readings)
        self.service.whereabouts = lambda areas: is_inside(inside.position(), areas)
        return inside

    @property
    def in_tray(self) -> Key | None:
        """The key that was authenticated in the tray and lies there, refused or not."""
        return None if self._in_tray is None else self._in_tray.key

    @property
    def _record(self) -> VehicleRecord:
        return record_of(self._description, self.keyring.identifier)

    def _serving(self) -> Service:
        return Service(
            self._vehicle,
            self.keyring,
            self.body,
            self.clock,
            readings=self._readings,
            used=self._used,
            receipt_key=lambda: self.telematics.receipt_key,
        )

    def _around(self, wiring: Wiring, settings: PassiveSettings) -> WitnessedEntry | None:
        places, delays = self._description.anchors, self._delays.applied
        return passive_entry(wiring, places, self.clock, self.service, settings, delays)

    def _speaking_for(self, keyring: Keyring) -> Vehicle:
        profile = PROFILES[self._description.profile]
        return Vehicle(keyring.identifier, keyring.vehicle_key, profile, self._settings)


def _share(settings: Mapping[str, object], devices: Mapping[str, Device]) -> None:
    """Virtual devices follow the same protocol settings as the vehicle."""
    for device in devices.values():
        if isinstance(device, SettingsPeer):
            device.adopt_settings(settings)
