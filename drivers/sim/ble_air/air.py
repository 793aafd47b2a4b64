"""The air that virtual Bluetooth LE controllers share, as a device on the bench."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bumble import hci

from drivers.api.ble import HciAir, HciLine
from drivers.api.clock import Clock
from drivers.api.device import Device, Identity
from drivers.api.errors import DeviceNotFound, LinkLost
from drivers.api.event_loop import LoopThread
from drivers.sim.ble_air.controller import AirController, HostSide
from drivers.sim.ble_air.faults import Faults, Tamper
from drivers.sim.ble_air.link import PacedLink
from drivers.sim.ble_air.wire import Wire
from drivers.sim.world import World

# Bumble logs whole packets, long-term keys among them, and complains of what tests do on purpose.
logging.getLogger("bumble").setLevel(logging.CRITICAL)
_ANSWER_S = 5.0  # the air's own thread only has to come round to it


class BleAir(Device, HciAir):
    """Everything on it is in one room: who is in range hears all the others equally well.

    What Bumble's local link lacks is added: connection events, loss, delay, supervision timeouts.
    It has no ciphertext. ``tamper`` on a link that is not encrypted does what an attacker does; on
    an encrypted one a change ends the link with a MIC failure, as it would, yet ``tamper`` is shown
    the plaintext, which an attacker would not see: a test finds the message to alter by it.
    """

    def __init__(self, world: World) -> None:
        chance = random.Random(f"{world.seed} ble air")  # noqa: S311 - chance of the simulation
        self.world = world
        self.loop = LoopThread(world.clock, "ble air")
        self._faults = Faults(chance)
        self.link = PacedLink(self._faults)
        self._lines: list[_Line] = []
        self._unplugged = False

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def delay_s(self) -> float:
        """What a relay in between adds each way, to adverts and connections alike."""
        return self._faults.delay_s

    @delay_s.setter
    def delay_s(self, delay_s: float) -> None:
        self._faults.delay_s = delay_s

    @property
    def loss(self) -> float:
        """The share of adverts and connection events at which nothing gets across."""
        return self._faults.loss

    @loss.setter
    def loss(self, loss: float) -> None:
        self._faults.loss = loss

    @property
    def tamper(self) -> Tamper | None:
        """What an attacker makes of each DK message; see the class."""
        return self._faults.tamper

    @tamper.setter
    def tamper(self, tamper: Tamper | None) -> None:
        self._faults.tamper = tamper

    @contextmanager
    def relayed(self, delay_s: float) -> Iterator[None]:
        """Within the block everything takes that much longer, each way."""
        before, self.delay_s = self.delay_s, delay_s
        try:
            yield
        finally:
            self.delay_s = before

    def plug(self, receive: Callable[[bytes], None], lost: Callable[[Exception], None]) -> HciLine:
        """As the contract says. Raises DeviceNotFound while it is unplugged."""
        if self._unplugged:
            raise DeviceNotFound("the virtual controller is unplugged", device=self.name)
        line = _Line(self, receive, lost)
        self._lines.append(line)
        return line

    def unplug(self) -> None:
        """Pull out every controller that was plugged in: the vehicle's. Phones keep theirs."""
        self._unplugged = True
        for line in tuple(self._lines):
            line.pull()

    def replug(self) -> None:
        """From now on ``plug`` finds one again."""
        self._unplugged = False

    def cut(self) -> None:
        """End every link at once, as by supervision timeout."""
        self._now(self._cut)

    def radio(self, name: str, host: HostSide) -> AirController:
        """A controller for a virtual phone. In the air's thread."""
        return AirController(name, self.link, host)

    def set_range(self, radio: AirController, *, within: bool) -> None:
        """Whether anybody hears this controller. In the air's thread."""
        if radio.in_range is not within:
            radio.in_range = within
            self.link.check_range()

    def wire(self, radio: AirController, peer: hci.Address) -> Wire | None:
        """A connection, for its events. In the air's thread."""
        return self.link.wire_of(radio, peer)

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", "virtual Bluetooth LE air")

    def close(self) -> None:
        for line in tuple(self._lines):
            line.close()
        self.loop.close()

    def forget(self, line: _Line) -> None:
        """A line is not used any more."""
        self._lines = [other for other in self._lines if other is not line]

    def _cut(self) -> None:
        for wire in tuple(self.link.wires):
            wire.time_out()

    def _now(self, work: Callable[[], None]) -> None:
        async def run() -> None:
            work()

        self.loop.call(run(), _ANSWER_S)


class _Line(HciLine):
    """A host outside of the air's thread."""

    def __init__(
        self, air: BleAir, receive: Callable[[bytes], None], lost: Callable[[Exception], None]
    ) -> None:
        self._air, self._receive, self._lost = air, receive, lost
        self._gone = False
        self._radio: AirController | None = None
        air.loop.post(self._begin)

    def send(self, packet: bytes) -> None:
        if self._gone:
            raise LinkLost("the virtual controller is gone", device=self._air.name)
        self._air.loop.post(lambda: self._take(packet))

    def close(self) -> None:
        if not self._gone:
            self._gone = True
            self._air.forget(self)
            self._air.loop.post(self._end)

    def pull(self) -> None:
        """It is pulled out of its port."""
        if not self._gone:
            self.close()
            why = LinkLost("the virtual controller was unplugged", device=self._air.name)
            self._air.loop.post(lambda: self._lost(why))

    def on_packet(self, packet: bytes) -> None:
        """From the controller, in the air's thread."""
        if not self._gone:
            self._receive(packet)

    def _begin(self) -> None:
        self._radio = AirController("plugged in", self._air.link, self)

    def _take(self, packet: bytes) -> None:
        if self._radio is not None and not self._gone:
            self._radio.on_packet(packet)

    def _end(self) -> None:
        if (radio := self._radio) is not None:
            radio.fall_silent()
            self._air.link.abandon(radio)
            self._air.link.remove_controller(radio)
            self._radio = None
