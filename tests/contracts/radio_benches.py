"""Radios for the contract's suite: one that can be unplugged, and an air on which phones are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from drivers.api.ble import Advert, HciAir, VehicleRadio
from drivers.api.clock import Clock, SystemClock
from drivers.ble.radio import BumbleRadio
from drivers.sim.world_clock import WorldClock
from tests.drivers.ble.central import Central
from tests.drivers.ble.ears import Ears
from tests.drivers.ble.radio_bench import SERVICE, VEHICLE
from tests.drivers.ble.small_air import SmallAir
from tests.drivers.ble.tapped_air import TappedAir
from tests.drivers.ble.tcp_controller import TcpController


class Desk:
    """A radio that serves, and how it is unplugged."""

    def __init__(
        self,
        air: HciAir,
        radio: VehicleRadio,
        unplug: Callable[[], None],
        plug_in: Callable[[], None],
        stack: ExitStack,
    ) -> None:
        self.radio, self.unplug, self.plug_in = radio, unplug, plug_in
        self.radio.name = "radio"
        self._air, self._stack = air, stack
        self.ears = Ears(air.clock)
        self.radio.serve(SERVICE, self.ears)

    @property
    def clock(self) -> Clock:
        return self._air.clock

    def phone(self, address: str = "D0:00:00:00:00:01") -> Central:
        central = Central(self._air, address)
        self._stack.callback(central.close)
        return central

    def connected(self) -> Central:
        phone = self.phone()
        self.radio.advertise(Advert())
        phone.connect(self.radio.address)
        self.ears.wait("connected")
        return phone


def virtual_desk(stack: ExitStack) -> Desk:
    """A controller lent by a virtual air, on virtual time."""
    bare = SmallAir(WorldClock(virtual=True))
    stack.callback(bare.close)
    air = TappedAir(bare)
    radio = stack.enter_context(BumbleRadio(air, VEHICLE))

    def unplug() -> None:
        air.empty = True
        air.lines[0].pull()

    def plug_in() -> None:
        air.empty = False

    return Desk(air, radio, unplug, plug_in, stack)


def named_desk(stack: ExitStack) -> Desk:
    """A controller that Bumble opens by its text name, on real time."""
    air = SmallAir(SystemClock())
    stack.callback(air.close)
    controller = TcpController(air)
    stack.callback(controller.close)
    radio = stack.enter_context(BumbleRadio(controller.name, VEHICLE))
    return Desk(air, radio, controller.unplug, controller.plug_in, stack)


DESKS = {"virtual air": virtual_desk, "text name": named_desk}
