"""Sensors: digital inputs that report what really happened at the door."""

from __future__ import annotations

import abc

from drivers.api.device import Device


class InputBoard(abc.ABC):
    """A board with digital inputs, channels counted from 1."""

    @abc.abstractmethod
    def inputs(self) -> tuple[bool, ...]:
        """Read every input now, channel 1 first."""


class Sensor(Device):
    """One input with a meaning, such as *door open* or *latch locked*."""

    @abc.abstractmethod
    def is_active(self) -> bool:
        """Read it now."""
