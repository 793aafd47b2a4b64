"""Files of waivers and deviations, and of tests in quarantine: who, why, until when.

A waiver accepts that a test fails: it then stands as *waived fail*, which is no pass. A deviation
is a departure from the method that a report has to name (ISO/IEC 17025, 7.8.2.1); it excuses
nothing. What is in quarantine is run and recorded, and decides nothing. Nothing of it lasts: each
entry names its last day.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from rig.plans.catalogue import Catalogue, Entry, RequirementId, Text
from rig.plans.errors import PlanError, UnknownRequirement
from rig.plans.load import lines_of, read_entry
from rig.records.excuses import LONGEST_QUARANTINE, Quarantine, WaiverRecord

SECURITY, URGENT = "security", "P1"


def _day(value: object) -> object:
    """A day may stand in quotes."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as exc:
        raise ValueError("must be a day such as 2026-03-31") from exc


Day = Annotated[date, BeforeValidator(_day)]


class WaiverEntry(Entry):
    """One waiver or deviation: of a requirement or of a test."""

    kind: Literal["waiver", "deviation"]
    by: Text
    reason: Text
    ticket: Text
    begins: Day = Field(alias="from")
    until: Day
    requirement: RequirementId | None = None
    test: Text | None = None

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Self:
        if (self.requirement is None) == (self.test is None):
            raise ValueError("is about exactly one of requirement and test")
        if self.until < self.begins:
            raise ValueError(f"ends on {self.until}, before it begins on {self.begins}")
        return self

    def to_record(self) -> WaiverRecord:
        """As a run's journal keeps it."""
        return WaiverRecord(
            kind=self.kind,
            by=self.by,
            reason=self.reason,
            ticket=self.ticket,
            begins=self.begins.isoformat(),
            until=self.until.isoformat(),
            requirement=self.requirement or "",
            test=self.test or "",
        )


class WaiverFile(Entry):
    """All waivers and deviations of a laboratory, a product or a run."""

    waivers: Annotated[list[WaiverEntry], Field(min_length=1)]


class QuarantineEntry(Entry):
    """A test in quarantine."""

    test: Text
    owner: Text
    ticket: Text
    until: Day

    def to_record(self) -> Quarantine:
        """As a run's journal keeps it."""
        return Quarantine(self.test, self.owner, self.ticket, self.until.isoformat())


class QuarantineFile(Entry):
    """All tests in quarantine; there may be none."""

    quarantine: list[QuarantineEntry]


def load_waivers(path: Path, catalogue: Catalogue) -> dict[WaiverRecord, str]:
    """Read a file of waivers, each with its file and line; PlanError says what is wrong and where.

    Refused are unknown requirements, and waivers of what has priority P1 in security.
    """
    entries = read_entry(path, WaiverFile, PlanError).waivers
    lines = lines_of(path, "waivers", len(entries))
    found = {one.to_record(): f"{path}:{line}" for one, line in zip(entries, lines, strict=True)}
    for one, where in found.items():
        if not one.requirement:
            continue
        try:
            catalogue.find(one.requirement)
        except UnknownRequirement as exc:
            raise PlanError(f"{where}: {exc}") from exc
        if one.kind == "waiver" and is_vital(catalogue, one.requirement):
            raise PlanError(f"{where}: {no_waiver(one.requirement)}")
    return found


def load_quarantine(path: Path, today: date) -> dict[Quarantine, str]:
    """Read a file of tests in quarantine, each with its file and line.

    PlanError says what is wrong and where. Refused are tests given twice, and what would last
    longer than LONGEST_QUARANTINE from ``today``.
    """
    entries = read_entry(path, QuarantineFile, PlanError).quarantine
    last = today + LONGEST_QUARANTINE
    found: dict[Quarantine, str] = {}
    seen = set[str]()
    for one, line in zip(entries, lines_of(path, "quarantine", len(entries)), strict=True):
        where = f"{path}:{line}"
        if one.test in seen:
            raise PlanError(f"{where}: {one.test} is given twice")
        if one.until > last:
            raise PlanError(f"{where}: {one.test}: until is {one.until}, and {last} at the latest")
        seen.add(one.test)
        found[one.to_record()] = where
    return found


def is_vital(catalogue: Catalogue, requirement: str) -> bool:
    """Whether no failure of a requirement can be accepted: security, at priority P1."""
    urgent = catalogue.find(requirement).priority == URGENT
    return urgent and catalogue.capabilities[requirement] == SECURITY


def no_waiver(requirement: str) -> str:
    """Why a waiver is refused."""
    return f"{requirement} is security at priority {URGENT}: no failure of it can be waived"
