"""A hostile card or phone in a reader's field, served by the vehicle as any other."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.api.errors import DriverError
from drivers.sim.phone import VirtualPhone
from drivers.sim.world import ChipCard, World
from rig.bench.load import find_bench
from rig.digital_key.errors import DigitalKeyError
from rig.vehicle.car import Car
from rig.vehicle.errors import VehicleError
from rig.vehicle.visit import Ending, Visit
from tests.hostile.dice import Dice

LARGEST = 0x1_0002  # an extended answer and its status word


class Held:
    """A field that hands out what is held to it."""

    def __init__(self) -> None:
        self.card: ChipCard | None = None

    def enter(self, card: ChipCard) -> None:
        self.card = card

    def leave(self) -> None:
        self.card = None


class HostileCard:
    """Answers as a genuine phone does, spoilt now and then, or with anything at all."""

    def __init__(self, genuine: ChipCard, dice: Dice) -> None:
        self.exchanges = 0
        self.reset(cold=True)
        self._genuine, self._dice = genuine, dice
        genuine.power(on=True)

    def transceive(self, apdu: bytes) -> bytes:
        self.exchanges += 1
        dice, turn = self._dice, self._dice.random()
        if turn < 0.6:
            return self._genuine.process(apdu) or b""
        if turn < 0.8:
            return dice.altered(self._genuine.process(apdu) or b"")
        if turn < 0.97:
            body = dice.octets(255)
            return body + dice.choice((b"\x90\x00", b"\x61\xff", b"\x61\x00", b"\x6c\x00", b""))
        return dice.randbytes(LARGEST)

    def reset(self, *, cold: bool) -> None:
        """Nothing is forgotten: it is hostile."""


def held_phone() -> ChipCard:
    """The owner's phone of the shipped bench, as a reader would find it."""
    world, held = World(seed=7), Held()
    wallet = find_bench("virtual").parent / "keys" / "devices.json"
    phone = VirtualPhone(world, wallet, "owner_phone")
    world.listen("here", held)
    phone.present(at="here")
    assert held.card is not None
    return held.card


def exchanges(car: Car) -> Iterator[int]:
    """Visit after visit at the handle and in the tray; how many exchanges each took."""
    card, dice = HostileCard(held_phone(), Dice(11)), Dice(12)
    while True:
        before = card.exchanges
        visit = Visit("driver_handle", "driver_handle")
        if dice.random() < 0.3:
            car.keyring.forget_fast()
        try:
            if dice.random() < 0.5:
                car.service.serve_handle(visit, card)
            else:
                car.service.serve_tray(visit, card, again=dice.random() < 0.5)
        except (DriverError, DigitalKeyError, VehicleError) as exc:
            visit.end_with(exc)
        assert visit.ending is not Ending.FAULT or isinstance(visit.error, DriverError)
        yield card.exchanges - before
