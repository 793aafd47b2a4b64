"""A UWB chip's byte line that fails. UCI has no checksum: what is spoilt comes out as it is."""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.clock import Clock
from drivers.api.device import Device, Identity
from drivers.api.errors import DeviceNotFound
from drivers.api.uwb import UciPipe, UciPort
from drivers.sim.faults.chance import Chance
from drivers.sim.faults.link import RATE, Failing, failure

_SPOILT: dict[str, Callable[[Chance, bytes], bytes]] = {
    "octets lost": lambda _chance, _data: b"",
    "octets damaged": Chance.spoilt,
    "octets cut short": Chance.some,
    "octets repeated": lambda _chance, data: data + data,
    "junk between": lambda chance, data: chance.junk() + data,
}


class FaultyPipe(Device, UciPipe, Failing):
    """Wraps any pipe to a chip; options as of Wrapping, time is the pipe's own."""

    link = "UWB line"
    faults = (
        *_SPOILT,
        "octets late",
        "commands lost",
        "commands damaged",
        "unplugged for a moment",
        "gone for good",
    )

    def __init__(self, pipe: UciPipe, rate: float = RATE, fault: str = "", seed: int = 0) -> None:
        super().__init__(rate, fault, seed, None)
        self._clock = pipe.clock
        self._inner = pipe

    @property
    def clock(self) -> Clock:
        return self._clock

    def connect(self) -> UciPort:
        if self.is_gone():
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
        data = self._port.read(timeout_s)
        self._pipe.raise_if_gone()
        if not data:
            return data
        if self._pipe.chance.strikes_now("unplugged for a moment"):
            raise failure("gone", self._pipe.name)
        return self._spoilt(data)

    def _spoilt(self, data: bytes) -> bytes:
        chance = self._pipe.chance
        if chance.strikes_now("octets late"):
            self._pipe.delay()
        fault = chance.strikes_now(*_SPOILT)
        return _SPOILT[fault](chance, data) if fault else data

    def write(self, data: bytes) -> None:
        self._pipe.raise_if_gone()
        if self._pipe.chance.strikes_now("commands lost"):
            return
        spoils = self._pipe.chance.strikes_now("commands damaged")
        self._port.write(self._pipe.chance.spoilt(data) if spoils else data)

    def close(self) -> None:
        self._port.close()
