"""A vehicle with passive entry on virtual time, and phones that are told how to behave."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from drivers.api.ble import Bond
from drivers.api.clock import Clock
from drivers.api.space import Point
from drivers.api.uwb import CccSession, Measurement, RangeStatus
from drivers.sim.world_clock import WorldClock
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.profiles import CCC
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings
from rig.digital_key.transaction import Vehicle
from rig.vehicle.body import Body
from rig.vehicle.keyring import Key, Keyring
from rig.vehicle.passive.agenda import Agenda
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.passive.geometry import COOPER, PlacedAnchor
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.ranging_keys import RangingKey
from rig.vehicle.service import Service
from rig.vehicle.wiring import CLOSURES
from tests.rig.vehicle.garage import wired
from tests.rig.vehicle.passive.anchors import MemoryAnchor
from tests.rig.vehicle.passive.phones import Phone
from tests.rig.vehicle.passive.radio import MemoryRadio
from tests.rig.vehicle.passive.walks import ANCHORS

HANDLE = COOPER.handles["driver"]
AT_THE_DOOR = Point(HANDLE.x_m, 1.3, 1.0)


@dataclass
class Scene:
    """Everything, with the clock."""

    clock: WorldClock
    radio: MemoryRadio
    body: Body
    keyring: Keyring
    service: Service
    agenda: Agenda  # of the phones
    anchors: dict[str, MemoryAnchor] = field(default_factory=dict)
    phones: list[Phone] = field(default_factory=list)
    used: list[Key] = field(default_factory=list)
    alter: Callable[[Measurement], Measurement] = lambda m: m
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311
    entry: PassiveEntry = field(init=False)

    def answer(self, anchor: str, at: Point, session: CccSession, block: int) -> Measurement | None:
        """Whoever ranges in that session, in step to 2 ms, with the same URSK."""
        del anchor
        for phone in self.phones:
            if phone.session is None or phone.session[0] != session.session_id:
                continue
            _id, index0, time0_ns = phone.session
            now_ns = self.clock.now_ns() - 5_000_000
            if abs(now_ns - time0_ns - block * session.block_ms * 1_000_000) > 2_000_000:
                return None
            if index0 != session.sts_index0 or phone.ursk != session.ursk:
                return Measurement(0, 0, RangeStatus.STS_FAILED, 0x24)
            distance = at.distance_m(phone.place) + self.chance.gauss(0.05, 0.034)
            return self.alter(Measurement(0, 0, RangeStatus.OK, 0, max(0.0, round(distance, 2))))
        return None

    def phone(self, name: str = "owner", number: int = 1, *, bonded: bool = True) -> Phone:
        """A phone with a key of its own, with bond and URSK or without."""
        private = PrivateKey.generate()
        key = Key(name, "owner" if number == 1 else "friend", bytes((number,) * 8), private.public)
        self.keyring.enrol(key)
        address = f"C0:00:00:00:00:{number:02X}"
        phone = Phone(self, address, key, private)
        phone.put_in(self.keyring, self.clock.utc)
        self.phones.append(phone)
        if bonded:
            key.bond = Bond(address, bytes(16))
            ursk = Secret(self.chance.randbytes(32))
            key.ranging = RangingKey(
                0x1000 + number, ursk, self.clock.utc(), timedelta(minutes=720)
            )
        return phone

    @property
    def unlocked(self) -> bool:
        return all(self.body.is_unlocked(lock) for lock in CLOSURES)

    @property
    def locked(self) -> bool:
        return not any(self.body.is_unlocked(lock) for lock in CLOSURES)


@contextmanager
def scene(**settings: object) -> Iterator[Scene]:
    """Build it; ``begin`` it once the phones are there."""
    clock = WorldClock("2026-06-01T12:00:00", virtual=True)
    body = Body(wired(), clock)
    private = PrivateKey.generate()
    keyring = Keyring(bytes(8), private, [])
    service = Service(Vehicle(bytes(8), private, CCC, Settings()), keyring, body, clock)
    errors: list[Exception] = []
    built = Scene(
        clock, MemoryRadio(clock), body, keyring, service, Agenda(clock, "phones", errors.append)
    )
    service.used = built.used.append
    built.anchors = {
        name: MemoryAnchor(clock, name, at, built, 1_000_000 * (i + 1))
        for i, (name, at) in enumerate(ANCHORS.items())
    }
    placed = {name: PlacedAnchor(a, a.at) for name, a in built.anchors.items()}
    built.entry = PassiveEntry(
        built.radio,
        placed,
        clock,
        service,
        PassiveSettings(**settings),  # type: ignore[arg-type]
    )
    built.agenda.start()
    with clock.skipping():
        try:
            yield built
        finally:
            built.entry.stop()
            built.agenda.stop()
            for anchor in built.anchors.values():
                anchor.close()
    assert errors == []


def quiet(clock: Clock, seconds: float) -> None:
    """Let time pass."""
    clock.sleep(seconds)
