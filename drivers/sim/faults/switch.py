"""One switch, and one sensor, that fail while the board they are on does not."""

from __future__ import annotations

from drivers.api.clock import TimeSource
from drivers.api.device import Finding, Identity
from drivers.api.relay import Switch
from drivers.api.sensor import Sensor
from drivers.sim.faults.link import RATE, Failing, failure


class FaultySwitch(Switch, Failing):
    """Wraps any switch; options as of FaultyReader. To be made safe always works."""

    link = "switch"
    faults = ("contact welded", "command lost", "command refused", "command late", "gone for good")

    def __init__(
        self,
        switch: Switch,
        rate: float = RATE,
        fault: str = "",
        seed: int = 0,
        time: TimeSource | None = None,
    ) -> None:
        super().__init__(rate, fault, seed, time)
        self._inner = switch

    def set(self, *, on: bool) -> None:
        if self.is_gone():
            raise failure("gone", self.name)
        if fault := self.chance.strikes_now("command lost", "command refused"):
            raise failure(fault.removeprefix("command "), self.name)
        if self.chance.strikes_now("contact welded"):
            return
        if self.chance.strikes_now("command late"):
            self.delay()
        self._inner.set(on=on)

    def is_on(self) -> bool:
        if self.is_gone():
            raise failure("gone", self.name)
        return self._inner.is_on()

    def make_safe(self) -> None:
        self._inner.make_safe()

    def identity(self) -> Identity:
        return self._inner.identity()

    def self_test(self) -> tuple[Finding, ...]:
        return self._inner.self_test()

    def close(self) -> None:
        """The switch behind it is closed, and made safe, by the bench."""


class FaultySensor(Sensor, Failing):
    """Wraps any sensor; options as of FaultyReader."""

    link = "sensor"
    faults = ("stuck", "flickers", "wire broken", "reading lost", "reading late", "gone for good")

    def __init__(
        self,
        sensor: Sensor,
        rate: float = RATE,
        fault: str = "",
        seed: int = 0,
        time: TimeSource | None = None,
    ) -> None:
        super().__init__(rate, fault, seed, time)
        self._inner = sensor
        self._held: bool | None = None

    def plant(self, fault: str, seed: int) -> None:
        """A stuck one stays as it is now; one whose wire is broken reads inactive from now on."""
        super().plant(fault, seed)
        self._held = self._inner.is_active() if fault == "stuck" else None
        self._held = False if fault == "wire broken" else self._held

    def is_active(self) -> bool:
        if self.is_gone():
            raise failure("gone", self.name)
        if self.chance.strikes_now("reading lost"):
            raise failure("lost", self.name)
        if self.chance.strikes_now("reading late"):
            self.delay()
        true = self._inner.is_active()
        if self._held is not None and self._held is not true:
            self.chance.struck()
            return self._held
        return not true if self.chance.strikes_now("flickers") else true

    def identity(self) -> Identity:
        return self._inner.identity()

    def self_test(self) -> tuple[Finding, ...]:
        return self._inner.self_test()

    def close(self) -> None:
        """The sensor behind it is closed by the bench."""
