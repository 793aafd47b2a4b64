"""What the tests of whole virtual devices share: a field that powers them, and the bench's keys."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from drivers.sim.world import ChipCard, World
from tests.home_key.independent_reader import CCC, P256, Reader

KEYS = Path(__file__).parents[4] / "testplans" / "benches" / "keys"
WALLET = KEYS / "devices.json"
KEYRING = json.loads((KEYS / "vehicle.json").read_text(encoding="utf-8"))
VEHICLE_ID = bytes.fromhex(KEYRING["vehicle"]["id"])
VEHICLE = ec.derive_private_key(int(KEYRING["vehicle"]["private"], 16), P256)
ENROLLED = {bytes.fromhex(k["slot"]): bytes.fromhex(k["public"]) for k in KEYRING["keys"]}
PLACE = "driver_handle"


class OpenField:
    """A reader's field that powers whatever enters it."""

    def __init__(self, world: World) -> None:
        self.card: ChipCard | None = None
        self.mute = False
        world.listen(PLACE, self)

    def enter(self, card: ChipCard) -> None:
        self.card = card
        card.power(on=True)

    def leave(self) -> None:
        if self.card is not None:
            self.card.power(on=False)
        self.card = None

    def send(self, apdu: bytes) -> bytes:
        """One APDU to the card; a mute card is a TimeoutError."""
        assert self.card is not None
        answer = self.card.process(apdu)
        if answer is None:
            raise TimeoutError
        return answer

    def vehicle(self) -> Reader:
        """The bench's vehicle, in front of whatever is in the field."""
        return Reader(self.send, VEHICLE, VEHICLE_ID, CCC)


def unlock(vehicle: Reader) -> bytes:
    """A whole standard transaction; returns the slot."""
    vehicle.select()
    vehicle.auth0(fast=False)
    device = vehicle.auth1(ENROLLED)
    vehicle.control_flow(0x01, 0x00)
    return device.slot
