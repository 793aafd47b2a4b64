"""The virtual display: shows what it is given, and lets only that be pressed."""

from __future__ import annotations

import threading

from drivers.api.device import Identity
from drivers.api.errors import ActionRefused
from drivers.api.head_unit import HeadUnit, Screen
from drivers.api.secret_text import SecretText


class VirtualHeadUnit(HeadUnit):
    """A display and a finger that never misses. Safe to use from several threads."""

    def __init__(self) -> None:
        self._screen = Screen("")
        self._lock = threading.Lock()

    @property
    def screen(self) -> Screen:
        """What is on the display now."""
        with self._lock:
            return self._screen

    def show(self, screen: Screen) -> None:
        with self._lock:
            self._screen = screen

    def press(self, item: str) -> None:
        screen = self.screen
        if item not in screen.items:
            shown = ", ".join(screen.items) or "nothing"
            raise ActionRefused(
                f"{item!r} is not on the display, which shows {shown}", device=self.name
            )

    def type_in(self, text: SecretText) -> SecretText:
        if not self.screen.asks:
            raise ActionRefused("the display asks for nothing", device=self.name)
        return text

    def identity(self) -> Identity:
        return Identity(make="Digital Key Rig", model="virtual head unit")

    def close(self) -> None:
        """Nothing to release."""
