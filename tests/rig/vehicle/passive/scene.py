"""A vehicle with passive entry on virtual time, and phones that are told how to behave."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from drivers.api.ble import Bond
from drivers.api.clock import Clock
from drivers.api.space import Path, Point
from drivers.api.uwb import CccSession, Measurement, RangeStatus
from drivers.sim.world_clock import WorldClock
from rig.digital_key import ble_messages as dk
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
from tests.rig.vehicle.passive.radio import MemoryLink, MemoryRadio
from tests.rig.vehicle.passive.walks import ANCHORS

REPLY_S = 0.03  # one connection interval
HANDLE = COOPER.handles["driver"]
AT_THE_DOOR = Point(HANDLE.x_m, 1.3, 1.0)
FAR = Point(HANDLE.x_m, 7.0, 1.0)
Behaviour = Callable[[dk.DkMessage], "dk.DkMessage | bytes | None"]


@dataclass
class Phone:
    """A phone's bytes and its place. ``behaves`` replaces what it answers, by kind of message."""

    scene: Scene
    address: str
    key: Key
    private: PrivateKey
    at: Path = field(default_factory=lambda: Path((FAR,), 1.0))
    behaves: dict[type, Behaviour] = field(default_factory=dict)
    clock_us: int = 7_000_000
    begun_ns: int = 0
    heard: list[dk.DkMessage] = field(default_factory=list)
    link: MemoryLink | None = None
    sync_ns: int = 0
    session: tuple[int, int, int] | None = None  # id, STS index, Time0 in ns
    ursk: bytes = b""
    relay_ns: int = 0  # what somebody in between adds to Bluetooth
    syncs: bool = True
    fail_syncs: int = 0
    asked: tuple[int, int] = (0, 0)  # remote function and action

    def connect(self) -> MemoryLink:
        """Connect and say no more."""
        scene = self.scene
        self.sync_ns = scene.clock.now_ns() + self.relay_ns
        self.link = scene.radio.connect(self.address, self.receive)
        return self.link

    def approach(self) -> MemoryLink:
        """Connect, encrypt, open the channel, tell the time."""
        link = self.connect()
        self.later(lambda: self._encrypt(link))
        return link

    def _encrypt(self, link: MemoryLink) -> None:
        if link.alive and link.encrypt():
            self.later(lambda: self._open(link))

    def _open(self, link: MemoryLink) -> None:
        if link.alive and link.open_channel() and self.syncs:
            self.tell_time()

    def tell_time(self, event: int = 0) -> None:
        failed = self.fail_syncs > 0
        self.fail_syncs -= failed
        device_us = self.sync_ns // 1000 + self.clock_us
        self.say(dk.TimeSync(event, device_us, 0x50, True, 50, not failed, 100))

    def say(self, message: dk.DkMessage | bytes) -> None:
        octets = message if isinstance(message, bytes) else dk.encode(message)
        assert self.link is not None
        link = self.link
        self.later(lambda: link.send(octets))

    def later(self, work: Callable[[], None]) -> None:
        agenda, delay_s = self.scene.agenda, REPLY_S + self.relay_ns / 1e9

        def begin() -> None:
            agenda.after(delay_s, work)

        agenda.post(begin)

    def receive(self, _link: MemoryLink, octets: bytes) -> None:
        if octets == b"phy":
            self.sync_ns = self.scene.clock.now_ns() + self.relay_ns
            if self.syncs:
                self.tell_time(event=17)
            return
        message = dk.decode(octets)
        self.heard.append(message)
        answer = self.behaves.get(type(message), self.answer_to)(message)
        if answer is not None:
            self.say(answer)

    def answer_to(self, message: dk.DkMessage) -> dk.DkMessage | None:
        """As a phone answers that knows the URSK."""
        answers: dict[type, Behaviour] = {
            dk.RangingCapabilityRequest: lambda _m: dk.RangingCapabilityResponse(0x0100, 0, 0),
            dk.RangingSessionRequest: lambda _m: dk.RangingSessionResponse(1, 4, 1 << 8, 9, 0x80),
            dk.RangingSetupRequest: lambda _m: self.begin_ranging(),
            dk.SuspendRequest: lambda _m: self.suspended(),
            dk.RecoveryRequest: lambda _m: self.recovered(),
            dk.RkeAuthRequest: self.signed,
        }
        found = answers.get(type(message))
        answer = found(message) if found else None
        assert not isinstance(answer, bytes)
        return answer

    def suspended(self) -> dk.SuspendResponse:
        self.session = None
        return dk.SuspendResponse(dk.SuspendStatus.ACCEPTED)

    def recovered(self) -> dk.RecoveryResponse:
        setup = self.begin_ranging()
        return dk.RecoveryResponse(setup.sts_index0, setup.time0_us)

    def signed(self, message: dk.DkMessage) -> dk.RkeAuthResponse:
        assert isinstance(message, dk.RkeAuthRequest)
        told = dk.remote_signed_data(message.challenge, *self.asked)
        return dk.RkeAuthResponse(self.private.sign(told))

    def begin_ranging(self) -> dk.RangingSetupResponse:
        assert self.key.ranging is not None
        time0_ns = self.scene.clock.now_ns() + 200_000_000
        index0 = 5000 + (self.session[1] if self.session else 0)
        self.session = (self.key.ranging.session_id, index0, time0_ns)
        self.ursk = bytes(self.key.ranging.ursk)
        return dk.RangingSetupResponse(index0, time0_ns // 1000 + self.clock_us, 0xC0FFEE, 9)

    def walk(self, path: Path) -> None:
        """Set out."""
        self.at, self.begun_ns = path, self.scene.clock.now_ns()

    def rest(self, at: Point) -> None:
        self.walk(Path((at,), 1.0))

    @property
    def place(self) -> Point:
        return self.at.after((self.scene.clock.now_ns() - self.begun_ns) / 1e9)


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
