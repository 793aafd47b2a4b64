"""A UWB chip's byte line that fails. UCI has no checksum: what is spoilt comes out as it is."""

from __future__ import annotations

from drivers.api.clock import Clock
from drivers.api.device import Device, Identity
from drivers.api.errors import DeviceNotFound
from drivers.api.uwb import UciPipe, UciPort
from drivers.sim.faults.link import RATE, Failing, failure


class FaultyPipe(Device, UciPipe, Failing):
    """Wraps any pipe to a chip; options as of FaultyReader, time is the pipe's own."""

    link = "UWB line"
    faults = (
        "octets lost",
        "octets damaged",
        "octets cut short",
        "octets repeated",
        "octets late",
        "junk between",
        "commands lost",
        "commands damaged",
        "unplugged for a moment",
        "gone for good",
    )

    def __init__(
        self, pipe: UciPipe, rate: float = RATE, fault: str = "", seed: int = 0
    ) -> None:
        super().__init__(rate, fault, seed, None)
        self._clock = pipe.clock
        self._inner = pipe

    @property
    def clock(self) -> Clock:
        return self._clock

    def connect(self) -> UciPort:
        if self._gone():
            raise DeviceNotFound("it is not plugged in", device=self.name)
        return _FaultyPort(self, self._inner.connect())

    def identity(self) -> Identity:
        return self._inner.identity() if isinstance(self._inner, Device) else Identity()

    def close(self) -> None:
        """The chip behind it is closed by the bench."""


class _FaultyPort(UciPort):
    def __init__(self, pipe: FaultyPipe, port: UciPort) -> None:
        self._pipe, self._port = pipe, port

    def read(self, timeout_s: float) -> bytes:
        chance = self._pipe._chance
        data = self._port.read(timeout_s)
        if self._pipe._gone():
            raise failure("gone", self._pipe.name)
        if not data:
            return data
        if chance.strikes_now("unplugged for a moment"):
            raise failure("gone", self._pipe.name)
        match chance.strikes_now(*(f for f in FaultyPipe.faults if "octets" in f), "junk between"):
            case "octets lost":
                return b""
            case "octets damaged":
                return chance.spoilt(data)
            case "octets cut short":
                return chance.some(data)
            case "octets repeated":
                return data + data
            case "octets late":
                self._pipe._late()
            case "junk between":
                return chance.junk() + data
        return data

    def write(self, data: bytes) -> None:
        if self._pipe._gone():
            raise failure("gone", self._pipe.name)
        if self._pipe._chance.strikes_now("commands lost"):
            return
        spoils = self._pipe._chance.strikes_now("commands damaged")
        self._port.write(self._pipe._chance.spoilt(data) if spoils else data)

    def close(self) -> None:
        self._port.close()
