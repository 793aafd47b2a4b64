"""A vehicle and a virtual phone that pair over bytes, and a wire that a test may disturb."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from drivers.sim.phone.applet import Applet
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_framework import Framework
from drivers.sim.phone_framework.endpoint import EndpointFactory
from drivers.sim.phone_framework.traits import Traits
from drivers.sim.phone_framework.x509 import Authority as MakerAuthority
from drivers.sim.phone_framework.x509 import Certificate
from rig.digital_key import messages
from rig.digital_key import pairing_messages as m
from rig.digital_key.apdu import Send
from rig.digital_key.certificates import Authority
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.errors import PairingFailed
from rig.digital_key.pairing import OwnerPairing, Paired, Surroundings
from rig.digital_key.pairing_offer import Attempts, Offer
from rig.digital_key.profiles import CCC, Purpose
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings
from rig.digital_key.spake2plus import Scrypt, verifier_of
from rig.digital_key.transaction import EnrolledKey, Transaction, Vehicle
from rig.digital_key.wire import wire
from tests.rig.digital_key.pairing_device import NOW

PASSWORD = "20260917"  # noqa: S105 - of a test
VERIFIER = verifier_of(PASSWORD, Scrypt(bytes(range(16)), 16, 8, 1))
VEHICLE_ID, VEHICLE_KEY = bytes.fromhex("0011223344556677"), PrivateKey.generate()
VEHICLE_MAKER = Authority.root("Vehicle maker", NOW)
CARS = VEHICLE_MAKER.below("Vehicle maker, cars", NOW)
PHONE_ROOT = MakerAuthority("Phone maker", NOW)
OFFER = Offer(
    vehicle_id=VEHICLE_ID,
    slot=b"\x03",
    certificate=CARS.certify_vehicle(VEHICLE_KEY.public, VEHICLE_ID, NOW),
    intermediate=CARS.certificate,
    device_roots=(PHONE_ROOT.certificate,),
    bluetooth=m.BluetoothFields(bytes(range(16)), b"\xc0\xff\xee\xc0\xff\xee"),
)
Alter = Callable[[bytes], bytes]


class LinkLost(Exception):
    """As a driver raises it."""


@dataclass
class Scene:
    """A phone in pairing mode at the vehicle's reader, and a wire that a test may disturb."""

    offer: Offer = OFFER
    settings: Settings = field(default_factory=Settings)
    traits: Traits = field(
        default_factory=lambda: Traits(
            information=b"a phone", roots=(Certificate.read(VEHICLE_MAKER.certificate),)
        )
    )
    below_a_root: bool = True
    password: str = PASSWORD
    wallet: list[HeldKey] = field(default_factory=list)
    exchanges: int = 0
    on_command: Alter = lambda command: command
    on_answer: Alter = lambda answer: answer

    def __post_init__(self) -> None:
        maker = MakerAuthority("Phones", NOW, PHONE_ROOT) if self.below_a_root else PHONE_ROOT
        endpoints = EndpointFactory(maker, lambda: NOW)
        self.framework = Framework(
            endpoints, self.wallet.append, lambda: self.settings, self.traits
        )
        self.framework.begin_pairing()
        self.framework.enter_password(self.password)
        self.attempts = Attempts()
        around = Surroundings(utc=lambda: NOW)
        self.pairing = OwnerPairing(self.offer, VERIFIER, self.attempts, self.settings, around)
        self.send: Send = wire(self._carry, lambda *_: None, lambda: 0)

    def _carry(self, command: bytes) -> bytes:
        self.exchanges += 1
        return self.on_answer(self.framework.process(self.on_command(command)))

    def pair(self) -> Paired:
        self.framework.reset()
        self.pairing.first(self.send)
        self.framework.reset()
        return self.pairing.second(self.send)

    def fail(self) -> PairingFailed:
        with pytest.raises(PairingFailed) as failed:
            self.pair()
        self.holds_nothing()
        return failed.value

    def holds_nothing(self) -> None:
        assert self.wallet == []
        assert not self.pairing.is_half_done


@dataclass
class Keyring:
    """The vehicle's keys, as an applet transaction needs them."""

    paired: Paired | None

    def by_slot(self, slot: bytes) -> EnrolledKey | None:
        return Enrolled(self.paired.device_key) if self.paired and slot == b"\x03" else None

    def fast_candidates(self) -> Iterable[EnrolledKey]:
        return ()


@dataclass
class Enrolled:
    """The new key on that keyring."""

    public: PublicKey
    persistent: Secret | None = None


def unlock(scene: Scene, paired: Paired | None) -> bool:
    """The first transaction with the applet: whether the phone's new key opens the vehicle."""
    applet = Applet(scene.wallet, lambda: scene.settings)
    vehicle = Vehicle(VEHICLE_ID, VEHICLE_KEY, CCC, scene.settings)
    send = wire(applet.process, lambda *_: None, lambda: 0)
    transaction = Transaction(send, vehicle, Keyring(paired))
    transaction.authenticate(Purpose.UNLOCK, fast=False)
    transaction.control_flow(messages.Outcome.SUCCESS)
    return applet.last_outcome is messages.Outcome.SUCCESS
