"""What a bench file says, once every word of it has been checked.

These objects are frozen and hold no device: they can be handed to another process, examined, or
opened twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rig.bench.errors import BenchFileError
from rig.bench.laboratory import (
    CalibrationDescription,
    EnvironmentDescription,
    LaboratoryDescription,
)
from rig.bench.vehicle import VehicleDescription
from rig.records.laboratory import EquipmentRecord


@dataclass(frozen=True, slots=True)
class Reference:
    """``"@name"``: the opened device of that name, listed further up."""

    name: str


@dataclass(frozen=True, slots=True)
class Supply:
    """The switch that feeds a device, and how long it takes to switch the device off and on.

    ``off_s``: until what is stored in it has run down; 2 s is what uhubctl waits by default.
    ``back_s``: until it is found again. USB takes 0.1 s to debounce a plug (USB 2.0, 7.1.7.3), the
    rest is its firmware's: 3 s is our assumption, and some radios need more.
    """

    switch: str
    off_s: float = 2.0
    back_s: float = 3.0


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """One device: the driver's name in the registry, and the constructor's keyword arguments."""

    name: str
    driver: str
    options: Mapping[str, object]
    line: int  # of the device's name in the bench file, from 1
    expected: Mapping[str, str] = field(default_factory=dict)  # of its identity, see Identity
    supply: Supply | None = None
    calibrated: CalibrationDescription | None = None

    @property
    def references(self) -> tuple[str, ...]:
        """Names of the devices this one is built on."""
        return tuple(v.name for v in self.options.values() if isinstance(v, Reference))


@dataclass(frozen=True, slots=True)
class BenchDescription:
    """A whole bench file. ``fallback`` is opened where a library or system package is missing."""

    name: str
    path: Path
    sha256: str
    devices: tuple[DeviceEntry, ...]  # in the order of the file, which is the order of opening
    vehicle: VehicleDescription
    fallback: BenchDescription | None = field(default=None)
    vehicle_lines: Mapping[str, int] = field(default_factory=dict)  # by dotted key; "": section
    laboratory: LaboratoryDescription = field(default_factory=LaboratoryDescription)
    environment: EnvironmentDescription | None = None

    @property
    def candidates(self) -> tuple[BenchDescription, ...]:
        """This bench and those that could be opened in its place."""
        return (self, *(self.fallback.candidates if self.fallback else ()))

    @property
    def equipment(self) -> tuple[EquipmentRecord, ...]:
        """The devices whose calibration the file states."""
        return tuple(e.calibrated.record(e.name) for e in self.devices if e.calibrated)

    def vehicle_error(self, key: str, message: str) -> BenchFileError:
        """A complaint about a key of the vehicle section, or ("") about all of it."""
        text = f"{key}: {message}" if key else message
        return BenchFileError(text, file=self.path, line=self.vehicle_lines.get(key))

    def entry(self, name: str) -> DeviceEntry:
        """The entry of one device; KeyError when there is none."""
        try:
            return next(e for e in self.devices if e.name == name)
        except StopIteration:
            raise KeyError(name) from None
