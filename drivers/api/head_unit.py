"""The vehicle's display and the finger on it."""

from __future__ import annotations

import abc
from dataclasses import dataclass

from drivers.api.device import Device
from drivers.api.secret_text import SecretText


@dataclass(frozen=True, slots=True)
class Screen:
    """What the display shows: a title, what can be pressed, and what it asks to be typed in."""

    title: str
    items: tuple[str, ...] = ()
    text: str = ""
    asks: str = ""  # "" when nothing is to be typed in


class HeadUnit(Device):
    """A display that shows the rig's vehicle, and whoever touches it: simulated, or a person.

    The vehicle shows; tests press. What a press leads to is the vehicle's business.
    """

    @abc.abstractmethod
    def show(self, screen: Screen) -> None:
        """The vehicle changes what is on the display."""

    @abc.abstractmethod
    def press(self, item: str) -> None:
        """Press what is shown; returns once it was. Raises ActionRefused when it is not there."""

    @abc.abstractmethod
    def type_in(self, text: SecretText) -> SecretText:
        """Type something in; what was really typed. Raises ActionRefused when nothing is asked."""
