"""One switch, and one sensor, that fail while the board they are on does not."""

from __future__ import annotations

from drivers.api.clock import TimeSource
from drivers.api.relay import Switch
from drivers.api.sensor import Sensor
from drivers.sim.faults.link import RATE, Wrapping, failure


class FaultySwitch(Wrapping, Switch):
    """Wraps any switch; options as of Wrapping. To be made safe always works."""

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
        super().__init__(switch, rate, fault, seed, time)
        self._inner = switch

    def set(self, *, on: bool) -> None:
        self.raise_if_gone()
        if fault := self.chance.strikes_now("command lost", "command refused"):
            raise failure(fault.removeprefix("command "), self.name)
        if self.chance.strikes_now("contact welded"):
            return
        if self.chance.strikes_now("command late"):
            self.delay()
        self._inner.set(on=on)

    def is_on(self) -> bool:
        self.raise_if_gone()
        return self._inner.is_on()

    def make_safe(self) -> None:
        self._inner.make_safe()


class FaultySensor(Wrapping, Sensor):
    """Wraps any sensor; options as of Wrapping."""

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
        super().__init__(sensor, rate, fault, seed, time)
        self._inner = sensor
        self._held: bool | None = None

    def plant(self, fault: str, seed: int) -> None:
        """A stuck one stays as it is now; one whose wire is broken reads inactive from now on."""
        super().plant(fault, seed)
        self._held = self._inner.is_active() if fault == "stuck" else None
        self._held = False if fault == "wire broken" else self._held

    def is_active(self) -> bool:
        self.raise_if_gone()
        if self.chance.strikes_now("reading lost"):
            raise failure("lost", self.name)
        if self.chance.strikes_now("reading late"):
            self.delay()
        true = self._inner.is_active()
        if self._held is not None and self._held is not true:
            self.chance.struck()
            return self._held
        return not true if self.chance.strikes_now("flickers") else true
