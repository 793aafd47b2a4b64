"""A vehicle without a bench: its body is made of switches in memory, devices are handed to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from drivers.api.device import Identity
from drivers.api.errors import CardLost
from drivers.api.relay import Switch
from drivers.api.sensor import Sensor
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.profiles import CCC
from rig.digital_key.settings import Settings
from rig.digital_key.transaction import Vehicle
from rig.vehicle.body import Body, Power
from rig.vehicle.keyring import Keyring
from rig.vehicle.pairing_desk import PairingDesk, Trust
from rig.vehicle.service import InTray, Service
from rig.vehicle.telematics import Telematics
from rig.vehicle.visit import Visit
from rig.vehicle.wiring import CLOSURES, HANDLE, POWER, TRAY, Wiring
from tests.rig.key_server.lab import COOPER, Lab, open_lab


class Contact(Switch, Sensor):
    """A switch that is its own sensor."""

    def __init__(self) -> None:
        self._on = False

    def set(self, *, on: bool) -> None:
        self._on = on

    def is_on(self) -> bool:
        return self._on

    def is_active(self) -> bool:
        return self._on

    def make_safe(self) -> None:
        self._on = False

    def identity(self) -> Identity:
        return Identity()

    def close(self) -> None:
        self.make_safe()


def wired() -> Wiring:
    """Every relay follows at once."""
    locks = {lock: Contact() for lock in CLOSURES}
    power = {name: Contact() for name in POWER}
    opened = {closure: Contact() for closure in CLOSURES}
    return Wiring({}, locks, locks, opened, Contact(), power, power, None, None)


class Chip(Protocol):
    """A device's bytes side."""

    def power(self, *, on: bool) -> None: ...
    def process(self, apdu: bytes) -> bytes | None: ...


Alter = Callable[[int, bytes], bytes]


def unaltered(_number: int, apdu: bytes) -> bytes:
    return apdu


@dataclass
class TestLine:
    """A line to a chip; exchanges and resets count, and a test may cut or alter any."""

    __test__ = False

    chip: Chip
    on_command: Alter = unaltered
    on_answer: Alter = unaltered
    exchanges: int = 0
    resets: int = 0

    def transceive(self, apdu: bytes) -> bytes:
        self.exchanges += 1
        answer = self.chip.process(self.on_command(self.exchanges, apdu))
        assert answer is not None
        return self.on_answer(self.exchanges, answer)

    def reset(self, *, cold: bool) -> None:
        self.resets += 1
        assert cold, "the phone has to see its field go"
        self.chip.power(on=False)
        self.chip.power(on=True)


def lost_at(step: int) -> Alter:
    """The device leaves the field at that exchange."""

    def cut(number: int, apdu: bytes) -> bytes:
        if number == step:
            raise CardLost("the card left the field")
        return apdu

    return cut


@dataclass
class Garage:
    """One vehicle that is online with a key server of its own."""

    lab: Lab
    settings: Settings = field(default_factory=Settings)
    device_roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        clock, key = self.lab.clock, PrivateKey.generate()
        self.clock = clock
        self.body = Body(wired(), clock)
        self.keyring = Keyring(COOPER.vehicle_id, key, [])
        self.telematics = Telematics(self.keyring, clock, server=self.lab.server)
        vehicle = Vehicle(COOPER.vehicle_id, key, CCC, self.settings)
        self.service = Service(
            vehicle,
            self.keyring,
            self.body,
            clock,
            used=self.telematics.used,
            receipt_key=lambda: self.lab.server.receipt_key,
        )
        trust = Trust.of_the_lab(self.device_roots, clock.utc())
        self.desk = PairingDesk(self.service, self.telematics, trust)
        self.body.set_power(Power.ACCESSORY)
        self.in_tray: InTray | None = None

    def tap(self, line: TestLine) -> Visit:
        """Hold a device to the handle, to the end of the visit."""
        return self._visit(HANDLE, line, self.service.serve_handle)

    def put_into_tray(self, line: TestLine) -> Visit:
        """As the reader loop of the tray does it."""
        return self._visit(TRAY, line, self._serve_tray)

    def _serve_tray(self, visit: Visit, line: TestLine) -> None:
        self.in_tray = None
        if not self.desk.serve(visit, line):
            self.in_tray = self.service.serve_tray(visit, line, again=False)

    def _visit(self, place: str, line: TestLine, serve: Callable[[Visit, TestLine], None]) -> Visit:
        line.chip.power(on=True)
        visit = Visit(place, place)
        visit.timeline.mark("presence", self.clock.now_ns())
        try:
            serve(visit, line)
        except CardLost as exc:
            visit.end_with(exc)
        line.chip.power(on=False)
        return visit


def open_garage(folder: Path, **more: object) -> Garage:
    """A vehicle as delivered; its server is for the caller to close."""
    return Garage(open_lab(folder / "keys.sqlite"), **more)  # type: ignore[arg-type]
