"""A Bluetooth controller's HCI that fails, between the rig's host and the controller."""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.ble import HciAir, HciLine
from drivers.api.clock import Clock
from drivers.api.device import Device, Identity
from drivers.api.errors import LinkLost
from drivers.sim.faults.link import RATE, Failing

_ACL = 0x02  # the type octet of H4 that data has; events have 0x04


class FaultyAir(Device, HciAir, Failing):
    """Wraps any air that lends controllers; options as of FaultyReader, time is the air's own."""

    link = "Bluetooth"
    faults = (
        "events lost",
        "events cut short",
        "data lost",
        "data repeated",
        "data cut short",
        "sent data lost",
        "unplugged",
    )

    def __init__(self, air: HciAir, rate: float = RATE, fault: str = "", seed: int = 0) -> None:
        super().__init__(rate, fault, seed, None)
        self._clock = air.clock
        self._inner = air

    @property
    def clock(self) -> Clock:
        return self._clock

    def plug(self, receive: Callable[[bytes], None], lost: Callable[[Exception], None]) -> HciLine:
        return _FaultyLine(self, receive, lost)

    def identity(self) -> Identity:
        return self._inner.identity() if isinstance(self._inner, Device) else Identity()

    def close(self) -> None:
        """The air behind it is closed by the bench."""


class _FaultyLine(HciLine):
    def __init__(
        self, air: FaultyAir, receive: Callable[[bytes], None], lost: Callable[[Exception], None]
    ) -> None:
        self._air, self._receive, self._lost = air, receive, lost
        self._line = air._inner.plug(self._take, lost)

    def send(self, packet: bytes) -> None:
        data = packet[:1] == bytes((_ACL,))
        if data and self._air._chance.strikes_now("sent data lost"):
            return
        self._line.send(packet)

    def close(self) -> None:
        self._line.close()

    def _take(self, packet: bytes) -> None:
        chance = self._air._chance
        if chance.strikes_now("unplugged"):
            self._line.close()
            self._lost(LinkLost("it was unplugged", device=self._air.name))
            return
        kind = "data" if packet[:1] == bytes((_ACL,)) else "events"
        fault = chance.strikes_now(f"{kind} lost", f"{kind} cut short", f"{kind} repeated")
        if fault.endswith("lost"):
            return
        self._receive(chance.some(packet) if fault.endswith("cut short") else packet)
        if fault.endswith("repeated"):
            self._receive(packet)
