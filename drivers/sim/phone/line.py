"""A virtual phone's way to the internet: its radios, and what the rig has lent it."""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.backend import Internet
from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import PhoneRadios
from drivers.sim.phone.power import VirtualBattery


class VirtualRadios(PhoneRadios):
    """Whether the phone is on the air. ``changed`` is called after each change."""

    def __init__(
        self, changed: Callable[[], None] = lambda: None, running: Callable[[], bool] = lambda: True
    ) -> None:
        self.airplane, self.cellular = False, True
        self.nfc = self.bluetooth = True
        self._changed = changed
        self._running = running

    @property
    def online(self) -> bool:
        """Whether it reaches the network."""
        return self.cellular and not self.airplane

    def set_airplane(self, *, on: bool) -> None:
        if not self._running():
            raise ActionRefused("the device is off")
        self.airplane = on
        self._changed()

    def set_nfc(self, *, on: bool) -> None:
        """The owner's switch of NFC: without it no reader finds the phone."""
        self.nfc = on
        self._changed()

    def set_bluetooth(self, *, on: bool) -> None:
        """The owner's switch of Bluetooth."""
        self.bluetooth = on
        self._changed()

    def set_cellular(self, *, on: bool) -> None:
        self.cellular = on
        self._changed()


class Line:
    """The internet as an app finds it."""

    def __init__(self, radios: VirtualRadios, battery: VirtualBattery) -> None:
        self.lent: Internet | None = None
        self._radios = radios
        self._battery = battery

    @property
    def internet(self) -> Internet | None:
        """What can be reached now."""
        return self.lent if self._battery.running and self._radios.online else None

    def require_running(self) -> None:
        """Raises ActionRefused when the phone is off: there is nothing to touch."""
        self._battery.require_running()

    def reach(self) -> Internet:
        """The internet; raises ActionRefused without a connection, or when the phone is off."""
        self.require_running()
        if (internet := self.internet) is None:
            raise ActionRefused("no connection to the internet")
        return internet
