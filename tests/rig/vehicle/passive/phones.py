"""Phones that are told how to behave, for a scene of passive entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from drivers.api.ble import Bond
from drivers.api.space import Path, Point
from drivers.sim.phone.applet import Applet
from drivers.sim.phone.dialects import DIALECTS
from drivers.sim.phone.ranging_keys import RangingKeys
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key import ble_messages as dk
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.settings import Settings
from rig.vehicle.keyring import Key, Keyring
from rig.vehicle.passive.geometry import COOPER
from tests.rig.vehicle.passive.radio import MemoryLink

if TYPE_CHECKING:
    from tests.rig.vehicle.passive.scene import Scene

REPLY_S = 0.03  # one connection interval
FAR = Point(COOPER.handles["driver"].x_m, 7.0, 1.0)
OOB = (bytes(range(16)), bytes(range(16, 32)))  # confirmation, random value
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
    applet: Applet = field(init=False)
    slots: RangingKeys = field(init=False)

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

    def put_in(self, vehicle: Keyring, utc: Callable[[], datetime]) -> None:
        """Put the key into the phone's secure element."""
        self.slots = RangingKeys(utc)
        held = HeldKey(
            vehicle.identifier,
            vehicle.vehicle_key.public,
            self.private,
            self.key.slot,
            DIALECTS["ccc"],
        )
        held.lay_out_mailbox(Settings())
        self.applet = Applet([held], interface=lambda s: s.interface_ble, ranging=self.slots)

    def first_approach(self) -> MemoryLink:
        """Connect, open the channel in plain, and ask to pair."""
        link = self.connect()
        assert link.open_channel()
        address = bytes.fromhex(self.address.replace(":", ""))
        self.say(dk.FirstApproachRequest(address, *OOB))
        return link

    def pair(self) -> None:
        """As a phone that takes the vehicle's data for good."""
        assert self.link is not None
        self.link.pair(Bond(self.address, bytes(16)))
        self.tell_time()

    def answer_to(self, message: dk.DkMessage) -> dk.DkMessage | None:
        """As a phone answers that knows the URSK."""
        answers: dict[type, Behaviour] = {
            dk.RangingCapabilityRequest: lambda _m: dk.RangingCapabilityResponse(0x0100, 0, 0),
            dk.RangingSessionRequest: lambda _m: dk.RangingSessionResponse(1, 4, 1 << 8, 9, 0x80),
            dk.RangingSetupRequest: lambda _m: self.begin_ranging(),
            dk.SuspendRequest: lambda _m: self.suspended(),
            dk.RecoveryRequest: lambda _m: self.recovered(),
            dk.RkeAuthRequest: self.signed,
            dk.ApduRequest: self.processed,
            dk.FirstApproachResponse: lambda _m: self.later(self.pair),
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

    def processed(self, message: dk.DkMessage) -> dk.ApduResponse:
        assert isinstance(message, dk.ApduRequest)
        return dk.ApduResponse(message.kind, self.applet.process(message.apdu))

    def signed(self, message: dk.DkMessage) -> dk.RkeAuthResponse:
        assert isinstance(message, dk.RkeAuthRequest)
        told = dk.remote_signed_data(message.challenge, *self.asked)
        return dk.RkeAuthResponse(self.private.sign(told))

    def begin_ranging(self) -> dk.RangingSetupResponse:
        assert self.key.ranging is not None
        found = self.slots.find(self.key.key_id, self.key.ranging.session_id)
        time0_ns = self.scene.clock.now_ns() + 200_000_000
        index0 = 5000 + (self.session[1] if self.session else 0)
        self.session = (self.key.ranging.session_id, index0, time0_ns)
        self.ursk = bytes(self.key.ranging.ursk if found is None else found.ursk)
        return dk.RangingSetupResponse(index0, time0_ns // 1000 + self.clock_us, 0xC0FFEE, 9)

    def walk(self, path: Path) -> None:
        """Set out."""
        self.at, self.begun_ns = path, self.scene.clock.now_ns()

    def rest(self, at: Point) -> None:
        self.walk(Path((at,), 1.0))

    @property
    def place(self) -> Point:
        return self.at.after((self.scene.clock.now_ns() - self.begun_ns) / 1e9)
