"""What a bench file says, once every word of it has been checked.

These objects are frozen and hold no device: they can be handed to another process, examined, or
opened twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from rig.bench.errors import BenchFileError


@dataclass(frozen=True, slots=True)
class Reference:
    """``"@name"``: the opened device of that name, listed further up."""

    name: str


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """One device: the driver's name in the registry, and the constructor's keyword arguments."""

    name: str
    driver: str
    options: Mapping[str, object]
    line: int  # of the device's name in the bench file, from 1

    @property
    def references(self) -> tuple[str, ...]:
        """Names of the devices this one is built on."""
        return tuple(v.name for v in self.options.values() if isinstance(v, Reference))


class VehicleDescription(BaseModel):
    """The vehicle the bench plays, and the keys it knows."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    keyring: Path
    second_keyring: Path | None = None  # of another vehicle, for what tells two of them apart
    profile: Literal["ccc", "home_key"] = "ccc"
    model: str
    model_year: int
    os: int
    options: tuple[int, ...]
    key: Literal["digital_key", "digital_key_plus"]
    settings: dict[str, str | int | bool] = {}  # protocol settings by name, instead of the default

    @field_validator("keyring", "second_keyring")
    @classmethod
    def _beside_the_bench_file(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        folder: Path | None = (info.context or {}).get("folder")
        return value if folder is None or value is None else existing(folder, value)


def existing(folder: Path, path: Path) -> Path:
    """``path`` as seen from ``folder``; ValueError when nothing is there."""
    found = folder / path
    if not found.exists():
        raise ValueError(f"must be a path that exists (seen from {folder})")
    return found


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

    @property
    def candidates(self) -> tuple[BenchDescription, ...]:
        """This bench and those that could be opened in its place."""
        return (self, *(self.fallback.candidates if self.fallback else ()))

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
