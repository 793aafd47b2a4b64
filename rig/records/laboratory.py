"""Records of where, with what, in which surroundings and by whom a run was made.

What nobody stated is "" or empty. Days are ISO 8601 text such as "2026-03-02".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """What a report is known by. ``uuid`` is made once, when the run begins.

    ``number`` counts the runs of a bench in one folder of runs, from 1; 0 where nobody counts.
    """

    uuid: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class LaboratoryRecord:
    """Who answers for a run, and for whom it was made (ISO/IEC 17025:2017, 7.8.2.1)."""

    name: str = ""
    address: str = ""
    place: str = ""  # of the work, where it is not the address
    customer: str = ""
    order: str = ""
    received: str = ""  # the day on which the items came
    authorised_by: str = ""
    language: str = ""  # of the report


@dataclass(frozen=True, slots=True)
class EquipmentRecord:
    """The calibration of one device, as the bench file states it."""

    device: str
    calibrated: str  # the day
    due: str  # the last day on which it counts
    certificate: str
    by: str  # who calibrated it


@dataclass(frozen=True, slots=True)
class EnvironmentRecord:
    """Surroundings that a person stated: what -> value with its unit."""

    values: dict[str, str] = field(default_factory=dict)
    stated_by: str = ""
    stated_on: str = ""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """The checkout that a rig ran from. ``changed`` counts tracked files that differ from it."""

    commit: str
    changed: int


@dataclass(frozen=True, slots=True)
class RedactionRecord:
    """One kind of value that this run recorded masked, hashed or not at all.

    ``applied`` counts what was changed before the first test; -1 where nobody counts.
    """

    kind: str
    how: str
    where: str
    applied: int = -1


@dataclass(frozen=True, slots=True)
class OperatorStep:
    """One request to the person at the bench, and what came of it.

    ``answer`` is what was chosen or typed, as far as it may be kept; "" for done. ``declined`` says
    why there is none. ``photos`` are files of the run folder, each with its SHA-256.
    """

    request: str
    choices: tuple[str, ...]
    answer: str
    initials: str
    at_utc: str
    waited_s: float
    declined: str = ""
    photos: dict[str, str] = field(default_factory=dict)  # "" for one that could not be kept


class Calibration(StrEnum):
    """How the calibration of a device stands on a day."""

    VALID = "calibrated"
    OVERDUE = "overdue"
    NOT_YET = "dated after the run"


def calibration_on(day: str, equipment: EquipmentRecord) -> Calibration:
    """How a calibration stands on a day, both as ISO 8601 text; the due day itself still counts."""
    if equipment.due < day:
        return Calibration.OVERDUE
    return Calibration.NOT_YET if equipment.calibrated > day else Calibration.VALID


def say_calibration(day: str, equipment: EquipmentRecord) -> str:
    """How a calibration stands on a day, in words: "overdue since 2026-01-05"."""
    match calibration_on(day, equipment):
        case Calibration.OVERDUE:
            return f"overdue since {equipment.due}"
        case Calibration.NOT_YET:
            return f"dated {equipment.calibrated}, after the run"
        case Calibration.VALID:
            return f"calibrated until {equipment.due}"


def doubtful_on(day: str, equipment: Iterable[EquipmentRecord]) -> tuple[EquipmentRecord, ...]:
    """The devices whose calibration does not hold on a day: no verdict may rest on them."""
    return tuple(e for e in equipment if calibration_on(day, e) is not Calibration.VALID)
