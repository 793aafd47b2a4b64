"""A virtual device's battery: running, in power reserve, or off.

In reserve the secure element is fed and nothing else. It lasts ``reserve_h`` by the bench's
calendar from the moment the battery was empty, and only where the key needs no screen: the
sources exclude phones whose owner has changed that default, or has switched the phone off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from drivers.api.clock import Clock
from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import PhoneBattery


class Supply(Enum):
    """What is fed."""

    ALL = "running"
    SECURE_ELEMENT = "power reserve"
    NOTHING = "off"


@dataclass(frozen=True)
class Charge:
    """The battery at one moment."""

    running: bool = True
    low_power: bool = False
    empty_since: datetime | None = None


class VirtualBattery(PhoneBattery):
    """``changed`` is called after everything that may change the supply."""

    def __init__(self, clock: Clock, reserve_h: float, changed: Callable[[], None]) -> None:
        self.charge_now = Charge()
        self._clock = clock
        self._reserve = timedelta(hours=reserve_h)
        self._changed = changed

    @property
    def running(self) -> bool:
        """Whether the whole device runs."""
        return self.charge_now.running

    def supply(self, *, works_without_screen: bool) -> Supply:
        """What is fed now."""
        charge = self.charge_now
        if charge.running:
            return Supply.ALL
        if charge.empty_since is None or not works_without_screen:
            return Supply.NOTHING
        within = self._clock.utc() - charge.empty_since < self._reserve
        return Supply.SECURE_ELEMENT if within else Supply.NOTHING

    def require_running(self) -> None:
        """Raises ActionRefused when there is no screen to do it on."""
        if not self.running:
            raise ActionRefused("the device is off")

    def set_low_power(self, *, on: bool) -> None:
        self.require_running()
        self.charge_now = Charge(low_power=on)

    def drain(self) -> None:
        """Empty it. One that its owner switched off before has no reserve."""
        if self.running:
            self.charge_now = Charge(running=False, empty_since=self._clock.utc())
        self._changed()

    def charge(self) -> None:
        self.charge_now = Charge()
        self._changed()

    def shut_down(self) -> None:
        if self.running:
            self.charge_now = Charge(running=False)
        self._changed()

    def boot(self) -> None:
        if self.charge_now.empty_since is not None:
            raise ActionRefused("the battery is empty")
        self.charge_now = Charge(low_power=self.charge_now.low_power)
        self._changed()
