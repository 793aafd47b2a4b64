"""A radio on an air, a listener, and phones in front of it. An air joins by its line in AIRS."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from drivers.api.ble import Advert, Bond, HciAir, KeyService
from drivers.api.event_loop import LoopThread
from drivers.ble.radio import BumbleRadio
from drivers.ble.stack import Stack
from drivers.sim.ble_air import BleAir
from drivers.sim.world import World
from drivers.sim.world_clock import WorldClock
from tests.drivers.ble.central import Central
from tests.drivers.ble.ears import Ears
from tests.drivers.ble.small_air import SmallAir
from tests.drivers.ble.tapped_air import TappedAir

VEHICLE = "C4:4D:49:00:00:01"
PHONE = "D0:00:00:00:00:01"
SPSM = 0x0081
SERVICE = KeyService(spsm=SPSM, tx_power_dbm=-7, antenna_id=0x0102)
LTK = bytes(range(16, 32))


def _small_air(stack: ExitStack) -> HciAir:
    air = SmallAir(WorldClock(virtual=True))
    stack.callback(air.close)
    return air


def _bench_air(stack: ExitStack) -> HciAir:
    world = stack.enter_context(World(time="virtual"))
    return stack.enter_context(BleAir(world))


AirMaker = Callable[[ExitStack], HciAir]
AIRS: dict[str, AirMaker] = {"small air": _small_air, "bench's air": _bench_air}


class Bench:
    """On virtual time. What it opens is closed with the stack."""

    def __init__(self, stack: ExitStack, air: AirMaker) -> None:
        self._stack = stack
        self.air = TappedAir(air(stack))
        self.clock = self.air.clock
        self.radio = stack.enter_context(BumbleRadio(self.air, VEHICLE))
        self.radio.name = "radio"
        self.ears = Ears(self.clock)
        self.radio.serve(SERVICE, self.ears)

    def phone(self, address: str = PHONE, *, private: bool = False) -> Central:
        """One more phone, not connected."""
        central = Central(self.air, address, private=private)
        self._stack.callback(central.close)
        return central

    def connected(self, phone: Central | None = None) -> Central:
        """A phone that has connected to the vehicle as it advertises passively."""
        phone = phone or self.phone()
        count = self.ears.told.count("connected")
        self.radio.advertise(Advert())
        phone.connect(VEHICLE)
        self.ears.wait("connected", count + 1)
        return phone

    def bonded(self, phone: Central | None = None) -> Central:
        """A phone with a bond, on an encrypted link."""
        phone = phone or self.phone()
        self.radio.know((Bond(phone.address, LTK, phone.irk),))
        phone.know(VEHICLE, LTK)
        count = self.ears.told.count("encrypted")
        self.connected(phone)
        phone.encrypt()
        self.ears.wait("encrypted", count + 1)
        return phone

    def talking(self) -> Central:
        """A bonded phone with its channel."""
        phone = self.bonded()
        phone.open(SPSM)
        self.ears.wait("channel_opened")
        return phone

    def radio_stack(self) -> Stack:
        """What is inside the radio, for a look at what should not be there."""
        found = vars(self.radio)["_stack"]
        assert isinstance(found, Stack)
        return found

    def in_radio(self, work: Callable[[], object]) -> None:
        """Have something done in the radio's own thread, at one go."""
        loop = vars(self.radio)["_loop"]
        assert isinstance(loop, LoopThread)
        loop.post(lambda: (work(), None)[1])

    def unplug(self) -> None:
        """Pull the radio's controller out; there is none until ``plug_in``."""
        self.air.empty = True
        self.air.lines[0].pull()

    def plug_in(self) -> None:
        """Put it back."""
        self.air.empty = False
