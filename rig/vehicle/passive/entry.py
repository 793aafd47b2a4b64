"""Passive entry as the vehicle has it: one radio, its anchors, and the phones that call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from drivers.api.ble import Advert, KeyService, VehicleRadio
from drivers.api.clock import Clock
from drivers.api.errors import DriverError
from drivers.api.space import Point
from rig.digital_key.profiles import Purpose
from rig.records.run import SettingRecord
from rig.vehicle.body import Body
from rig.vehicle.keyring import Key
from rig.vehicle.passive.agenda import Agenda, Duties
from rig.vehicle.passive.approach import Approach
from rig.vehicle.passive.approach_log import ApproachLog
from rig.vehicle.passive.arrivals import Arrivals
from rig.vehicle.passive.caller import Caller
from rig.vehicle.passive.doorkeeper import Doorkeeper, Movement, Phone
from rig.vehicle.passive.front_desk import FrontDesk
from rig.vehicle.passive.geometry import COOPER, PlacedAnchor, VehicleGeometry
from rig.vehicle.passive.interference import NOBODY, Between
from rig.vehicle.passive.range_log import Listener, RangeLog
from rig.vehicle.passive.rangers import Desk
from rig.vehicle.passive.sequence import again, suspended
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.station import Station, octets_of
from rig.vehicle.service import Service
from rig.vehicle.visit import bench_error


class PassiveEntry:
    """Methods are for other threads than its own; they wait by the clock's time."""

    def __init__(
        self,
        radio: VehicleRadio,
        anchors: Mapping[str, PlacedAnchor],
        clock: Clock,
        service: Service,
        settings: PassiveSettings | None = None,
        geometry: VehicleGeometry = COOPER,
    ) -> None:
        """Moves nothing and listens to nothing before ``start``."""
        self.clock, self._radio = clock, radio
        self._given = settings or PassiveSettings()
        self.fault: Exception | None = None  # since the last reset
        self._agenda = Agenda(clock, "passive entry", self._broken)
        self._air = Agenda(clock, "passive entry: radio", self._broken)
        self._locks = Agenda(clock, "passive entry: locks", self._broken)
        self._desks = {
            name: Desk(name, placed, Agenda(clock, f"anchor {name}", self._broken), index)
            for index, (name, placed) in enumerate(anchors.items())
        }
        self._movements: Arrivals[Movement] = Arrivals(clock)
        self._log = ApproachLog(clock)
        self.moved: Callable[[Movement], None] = lambda _movement: None
        self._station = self._staffed(service, geometry)
        name = radio.name or "radio"
        self._front = FrontDesk(self._station, name, self._over, self._broken)
        service.keyring.ended = self._key_ended
        self._running = False

    # --- from beginning to end --------------------------------------------------------

    def start(self) -> None:
        """Serve phones. Raises the radio's error where it cannot be."""
        for agenda in self._agendas():
            agenda.start()
        settings = self.settings
        service = KeyService(
            spsm=settings.spsm, tx_power_dbm=settings.tx_power_dbm, antenna_id=settings.antenna_id
        )
        self._radio.serve(service, self._front)
        self._radio.recover()
        self.fault, self._running = None, True
        self._open()

    def stop(self) -> None:
        """Serve nobody any more: no advert, no link, no anchor ranges. Idempotent."""
        self._close("passive entry was stopped")
        self._running = False
        for agenda in self._agendas():
            agenda.stop()

    def reset(self) -> None:
        """Begin anew, as every test does: no link, no bond, no ranging key, settings as given.

        Raises the error of a radio that does not come back. Approaches that ended stay to be taken.
        """
        self._close("the next test begins")
        self._station.settings = self._station.doorkeeper.settings = self._given
        self.forget_phones()
        self._agenda.ask(self._station.doorkeeper.reset)
        self._movements.take()
        self._log.disregard()
        self.fault = None
        if self._running:
            self._radio.recover()
            self._open()

    def use(self, settings: PassiveSettings) -> None:
        """Serve with these settings until the next reset; connections begin anew."""
        self._close("the settings change")
        self._station.settings = self._station.doorkeeper.settings = settings
        self._open()

    def forget_phones(self) -> None:
        """Drop every bond and ranging key, so that the next approach is a first one."""
        for key in self._station.keyring:
            key.bond = key.ranging = None

    def _open(self) -> None:
        self._agenda.ask(self._bonds_changed)
        self._front.open = self.settings.enabled
        if self.settings.enabled:
            self._radio.advertise(Advert(self.settings.advert_interval_ms))

    def _close(self, why: str) -> None:
        if not self._front.open:
            return
        self._front.open = False
        try:
            self._radio.advertise(None)
        except DriverError as exc:
            self._broken(exc)
        self._agenda.ask(lambda: self._end_all(why))
        for desk in self._desks.values():
            desk.worker.ask(lambda: None)  # what is to be stopped is stopped now
        self._locks.ask(lambda: None)  # and what moves has moved

    def _end_all(self, why: str) -> None:
        for caller in self._front.callers():
            caller.bring_to_an_end(why)

    # --- what a test asks ------------------------------------------------------------

    @property
    def settings(self) -> PassiveSettings:
        """Those in force."""
        return self._station.settings

    @property
    def body(self) -> Body:
        """Whose locks it moves."""
        return self._station.service.body

    def settings_records(self) -> tuple[SettingRecord, ...]:
        """Every figure in force, for the report."""
        return self.settings.records()

    def next_movement(self, timeout_s: float, *, unlocked: bool | None = None) -> Movement | None:
        """The next time the locks moved for a phone, that nobody has looked at; None in time."""
        return self._movements.next(
            timeout_s, lambda each: unlocked is None or each.unlocked is unlocked
        )

    def next_approach(self, timeout_s: float) -> Approach | None:
        """The next approach that has ended and nobody has looked at; None in time."""
        return self._log.next(timeout_s)

    def approaches_now(self) -> list[Approach]:
        """Those under way, as they stand."""
        return self._agenda.ask(lambda: [c.approach.copy() for c in self._front.callers()])

    def take_approaches(self) -> list[Approach]:
        """For the record: all that ended since the last call, and those under way so far."""
        return self._agenda.ask(
            lambda: self._log.take([caller.approach for caller in self._front.callers()])
        )

    def approaches(self) -> list[Approach]:
        """Those that ended and nobody has looked at, oldest first, then those under way."""
        seen = []
        while (ended := self.next_approach(0)) is not None:
            seen.append(ended)
        return [*seen, *self.approaches_now()]

    @contextmanager
    def between(self, somebody: Between) -> Iterator[None]:
        """Put somebody between vehicle and phones: to relay, alter, replay, shorten ranges."""
        self._station.between = somebody
        try:
            yield
        finally:
            self._station.between = NOBODY

    def preparing(self) -> AbstractContextManager[None]:
        """Begin a test: nobody is judged by approaches that begin meanwhile."""
        return self._station.preparation()

    @property
    def anchors(self) -> dict[str, Point]:
        """Where each is mounted."""
        return {name: desk.placed.at for name, desk in self._desks.items()}

    def listening(self) -> AbstractContextManager[Listener]:
        """Listen to what the anchors report of any phone, and what each block proves."""
        return self._station.ranges.listening()

    def find_inside(self, purpose: Purpose) -> Key | None:
        """A key that is inside now and may have that: what START/STOP looks for."""
        return self._agenda.ask(lambda: self._inside(purpose))

    def suspend(self) -> None:
        """Ask every phone that ranges to pause; told by their approaches."""
        self._agenda.ask(lambda: self._each(lambda c: c.phone.run("suspension", suspended(c))))

    def recover(self) -> None:
        """Range on with every phone whose ranging was suspended."""
        self._agenda.ask(lambda: self._each(lambda c: c.phone.run("recovery", again(c))))

    def locks_moved(self, *, unlocked: bool) -> None:
        """Tell the phones that somebody else moved the locks: a tap, or the fob."""
        self._agenda.post(lambda: self._each(lambda c: c.tell_moved(unlocked=unlocked)))

    def raise_fault(self) -> None:
        """Raise the bench error that passive entry met since the last reset, if any."""
        if self.fault is not None:
            raise self.fault

    # --- in the agenda's thread -------------------------------------------------------

    def _each(self, do: Callable[[Caller], None]) -> None:
        for caller in self._front.callers():
            if caller.owner is not None:
                do(caller)

    def _inside(self, purpose: Purpose) -> Key | None:
        for caller in self._front.callers():
            key = caller.owner
            if key is None or not caller.is_inside or not self._station.keyring.holds(key):
                continue
            if self._station.service.judge(key, purpose).allowed:
                return key
        return None

    def _over(self, caller: Caller) -> None:
        if isinstance(caller.approach.error, Exception) and caller.approach.broken:
            self._broken(caller.approach.error)
        self._log.ended(caller.approach)

    def _moved(self, key: Key, movement: Movement) -> None:
        self._station.service.used(key)
        self._movements.put(movement)
        self.moved(movement)

    def _broken(self, error: Exception) -> None:
        """Keep the first fault; everything else is made safe by who met it."""
        self.fault = self.fault or bench_error(error, "passive entry")

    def _bonds_changed(self) -> None:
        bonds = tuple(key.bond for key in self._station.keyring if key.bond is not None)
        self._front.expect(bonds)
        self._air.post(lambda: self._radio.know(bonds))

    def _key_ended(self, key: Key) -> None:
        """From whichever thread deleted it."""

        def dismiss() -> None:
            for caller in self._front.callers():
                if caller.owner is key:
                    caller.dismiss(f"{key.name} was deleted")
            self._bonds_changed()

        self._agenda.post(dismiss)

    def _others(self, phone: Phone) -> Iterable[Phone]:
        return [caller for caller in self._front.callers() if caller is not phone]

    def _agendas(self) -> list[Agenda]:
        return [self._air, self._locks, *(d.worker for d in self._desks.values()), self._agenda]

    def _staffed(self, service: Service, geometry: VehicleGeometry) -> Station:
        doorkeeper = Doorkeeper(
            clock=self.clock,
            body=service.body,
            settings=self._given,
            judge=service.judge,
            moved=self._moved,
            duties=Duties(self._agenda, self._broken),
            worker=self._locks,
            others=self._others,
        )
        return Station(
            clock=self.clock,
            agenda=self._agenda,
            service=service,
            keyring=service.keyring,
            geometry=geometry,
            desks=self._desks,
            doorkeeper=doorkeeper,
            address=octets_of(self._radio.address),
            settings=self._given,
            ranges=RangeLog(self.clock),
            bonds_changed=self._bonds_changed,
        )
