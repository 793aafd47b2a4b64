"""A vehicle that pairs with a device of the tests, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from rig.digital_key import pairing_messages as m
from rig.digital_key.apdu import Command, Response
from rig.digital_key.certificates import Authority
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.errors import PairingFailed
from rig.digital_key.pairing import OwnerPairing, Paired, Surroundings
from rig.digital_key.pairing_offer import Attempts, Offer
from rig.digital_key.settings import Settings
from rig.digital_key.spake2plus import Scrypt, verifier_of
from tests.rig.digital_key.pairing_device import MAKER, NOW, Device

PASSWORD = "20260917"  # noqa: S105 - of a test
VERIFIER = verifier_of(PASSWORD, Scrypt(bytes(range(16)), 2, 1, 1))
VEHICLE_ID = bytes.fromhex("0011223344556677")
VEHICLE_MAKER = Authority.root("Vehicle maker", NOW)
BELOW = VEHICLE_MAKER.below("Vehicle maker, cars", NOW)
OFFER = Offer(
    vehicle_id=VEHICLE_ID,
    slot=b"\x01",
    certificate=BELOW.certify_vehicle(PrivateKey.generate().public, VEHICLE_ID, NOW),
    intermediate=BELOW.certificate,
    device_roots=(MAKER.certificate,),
    bluetooth=m.BluetoothFields(bytes(range(16)), b"\xc0\xff\xee\xc0\xff\xee"),
)


@dataclass
class Scene:
    """A vehicle that pairs with a device, on a clock that the test moves."""

    device: Device = field(default_factory=Device)
    offer: Offer = OFFER
    settings: Settings = field(default_factory=Settings)
    attempts: Attempts = field(default_factory=Attempts)
    now_s: float = 0.0
    permitted: bool = True

    def __post_init__(self) -> None:
        self.device.settings = self.settings
        around = Surroundings(
            now_ns=lambda: int(self.now_s * 1e9),
            utc=lambda: NOW,
            permitted=lambda: self.permitted,
        )
        self.pairing = OwnerPairing(self.offer, VERIFIER, self.attempts, self.settings, around)

    def pair(self) -> Paired:
        self.pairing.first(self.device.send)
        return self.pairing.second(self.device.send)

    def fail(self) -> PairingFailed:
        with pytest.raises(PairingFailed) as failed:
            self.pair()
        assert not self.pairing.is_half_done
        with pytest.raises(RuntimeError, match="before the first"):
            self.pairing.second(self.device.send)
        return failed.value


def at_step(ins: int, change: Callable[[Response], Response], nth: int = 1) -> Any:
    """Alter the nth answer to this instruction."""
    seen = 0

    def alter(command: Command, answer: Response) -> Response:
        nonlocal seen
        seen += command.ins == ins
        return change(answer) if command.ins == ins and seen == nth else answer

    return alter


def altered(ins: int, change: Callable[[Response], Response], nth: int = 1) -> Device:
    return Device(alter=at_step(ins, change, nth))


def status(word: int) -> Callable[[Response], Response]:
    return lambda _: Response(b"", word)
