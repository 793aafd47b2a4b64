"""The sections ``laboratory`` and ``environment`` of a bench file, and ``calibrated`` of a device.

Everything may be left out: what is not stated is "" and the report says that it is not recorded.
A secret is looked for beside the bench file.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    FiniteFloat,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from rig.bench.paths import existing
from rig.records.laboratory import EnvironmentRecord, EquipmentRecord, LaboratoryRecord

Masked: TypeAlias = Literal["serials"]
_UNITS = {"temperature": "°C", "humidity": "% RH", "supply_voltage": "V"}
_LEAST_SECRET = 16  # octets: whoever tries them all tries for ever


def _is_day(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ValueError("must be a day such as 2026-03-02")


Day: TypeAlias = Annotated[str, AfterValidator(_is_day)]
Words: TypeAlias = Annotated[str, StringConstraints(min_length=1)]


class LaboratoryDescription(BaseModel):
    """Who answers for the runs of a bench, where, and for whom (ISO/IEC 17025:2017, 7.8.2.1).

    ``secret`` is a file of at least 16 random octets: identification numbers of vehicles are hashed
    with it. ``masks`` are the further kinds of values that no record shall hold.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: str = ""
    address: str = ""
    place: str = ""
    customer: str = ""
    order: str = ""
    received: Day = ""
    authorised_by: str = ""
    language: Literal["en", "de"] = "en"
    secret: Path | None = None
    masks: tuple[Masked, ...] = ()

    @field_validator("secret")
    @classmethod
    def _is_long_enough(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        folder: Path | None = (info.context or {}).get("folder")
        if folder is None or value is None:
            return value
        path = existing(folder, value)
        if not path.is_file() or path.stat().st_size < _LEAST_SECRET:
            raise ValueError(f"must be a file of at least {_LEAST_SECRET} octets")
        return path

    def record(self, *, customer: str = "", order: str = "") -> LaboratoryRecord:
        """What a run records of it; a customer and an order of the run itself come first."""
        return LaboratoryRecord(
            name=self.name,
            address=self.address,
            place=self.place,
            customer=customer or self.customer,
            order=order or self.order,
            received=self.received,
            authorised_by=self.authorised_by,
            language=self.language,
        )


class EnvironmentDescription(BaseModel):
    """The surroundings of the bench as a person stated them, who, and on which day."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    stated_by: Words
    stated_on: Day
    temperature: FiniteFloat | None = None  # °C
    humidity: FiniteFloat | None = None  # relative, %
    supply_voltage: FiniteFloat | None = None  # V
    rf_noise: str = ""
    shielding: str = ""

    def record(self) -> EnvironmentRecord:
        """What a run records of it: only what was stated."""
        found: dict[str, str] = {}
        for name in ("temperature", "humidity", "supply_voltage", "rf_noise", "shielding"):
            value = getattr(self, name)
            if value not in (None, ""):
                text = f"{value:g} {_UNITS[name]}" if name in _UNITS else value
                found[name.replace("_", " ")] = text
        return EnvironmentRecord(found, self.stated_by, self.stated_on)


class CalibrationDescription(BaseModel):
    """When a device was calibrated, by whom, and the last day on which that counts."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    date: Day
    due: Day
    certificate: str = ""
    by: str = ""

    @model_validator(mode="after")
    def _is_due_later(self) -> Self:
        if self.due < self.date:
            raise ValueError("must be due on the day of the calibration or later")
        return self

    def record(self, device: str) -> EquipmentRecord:
        """What a run records of it."""
        return EquipmentRecord(device, self.date, self.due, self.certificate, self.by)
