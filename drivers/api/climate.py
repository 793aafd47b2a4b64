"""Surroundings that a device measures: what a report says of the conditions of each test."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Literal, TypeAlias

from drivers.api.device import Device

Quantity: TypeAlias = Literal["temperature", "humidity", "supply_voltage"]
UNITS: Mapping[Quantity, str] = {
    "temperature": "°C",
    "humidity": "% RH",
    "supply_voltage": "V",
}


class ClimateSensor(Device):
    """A thermometer, a hygrometer, a voltmeter at the supply, or several in one."""

    @abc.abstractmethod
    def read(self) -> Mapping[Quantity, float]:
        """Read what it measures now, in UNITS.

        Raises LinkLost or LinkTimeout when it does not answer, FrameError for what no such device
        can measure.
        """
