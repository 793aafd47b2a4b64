"""Relays: a board has channels; a switch is one of them with a safe state."""

from __future__ import annotations

import abc

from drivers.api.device import Device


class RelayBoard(Device):
    """A board of relays, channels counted from 1.

    Closing it leaves the relays as they are: safety is the switches' business, which know what
    safe means.
    """

    reads_back: bool = True
    """Whether it can be asked for its relays.

    Where not, ``states`` is what was commanded since it was opened, off where nothing was.
    """

    @property
    @abc.abstractmethod
    def channels(self) -> int:
        """How many relays it has."""

    @abc.abstractmethod
    def set(self, channel: int, *, on: bool) -> None:
        """Energise or release one relay; returns when the board has taken the command."""

    @abc.abstractmethod
    def states(self) -> tuple[bool, ...]:
        """Read back every relay from the board, channel 1 first."""


class Switch(Device):
    """One relay that does one thing on the bench; closing makes it safe."""

    @abc.abstractmethod
    def set(self, *, on: bool) -> None:
        """Energise or release."""

    @abc.abstractmethod
    def is_on(self) -> bool:
        """Read back from the hardware."""

    @abc.abstractmethod
    def make_safe(self) -> None:
        """Go to the safe state of the bench file."""
