"""Plans: which tests run in which order, under which limits, with how many samples.

A plan is a YAML file. ``tests`` are files, folders or the beginnings of node ids, relative to the
plan file's folder or to ``testplans``; limits have names, so that tests refer to them. ``readings``
choose by name how the run reads what the sources leave open, ``passive`` how the vehicle ranges and
decides; who knows the names checks them. ``faults`` has every test run again under each fault that
links of the bench can be made to have. ``decision`` is the rule for limits
that name none of their own, ``retry`` whether a test is run once more that broke rig or bench.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FiniteFloat, Strict, model_validator

from rig.plans.catalogue import Entry, Text, Texts
from rig.plans.errors import PlanError

Decision = Literal["simple", "guarded"]  # see rig.measure.decision
Retry = Literal["never", "rig_errors"]

TESTPLANS = Path(__file__).resolve().parents[2] / "testplans"


class PlanLimit(Entry):
    """A bound on one statistic: exactly one of ``at_most`` and ``at_least``, and its basis."""

    at_most: FiniteFloat | None = None
    at_least: FiniteFloat | None = None
    unit: Text
    basis: Text
    decision: Decision | None = None

    @model_validator(mode="after")
    def _has_one_bound(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("wants exactly one of at_most and at_least")
        return self

    def bound(self) -> dict[str, object]:
        """The bound and its basis, as rig.measure's Limits reads them."""
        name = "at_least" if self.at_most is None else "at_most"
        found = {name: getattr(self, name), "basis": self.basis}
        return found if self.decision is None else {**found, "decision": self.decision}


class FaultSelection(Entry):
    """Which faults the tests are run under: links or "link: fault", all by default.

    ``every``: one case in so many, for a campaign that is to be short.
    """

    kinds: Texts = ()
    every: Annotated[int, Strict(True), Field(ge=1)] = 1


class PlanContent(Entry):
    """What a plan file says."""

    title: Text
    description: str = ""
    tests: Annotated[Texts, Field(min_length=1)]
    limits: dict[str, Annotated[dict[str, PlanLimit], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    counts: dict[str, Annotated[int, Strict(True), Field(ge=1)]] = Field(default_factory=dict)
    readings: dict[Text, Any] = Field(default_factory=dict)
    passive: dict[Text, Any] = Field(default_factory=dict)
    faults: FaultSelection | None = None
    decision: Decision = "simple"
    retry: Retry = "never"
    waivers: Text | None = None  # a file of them, beside the plan's

    @model_validator(mode="after")
    def _guards_values(self) -> Self:
        for name, entries in self.limits.items():
            if (spread := entries.get("sd")) and spread.decision == "guarded":
                raise ValueError(f"{name}.sd: a guard band is of values, and a deviation is none")
        return self


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it was read. ``path`` is None for tests that were named by hand."""

    name: str
    title: str
    tests: tuple[str, ...] = ()
    description: str = ""
    limits: dict[str, dict[str, PlanLimit]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    readings: dict[str, object] = field(default_factory=dict)
    passive: dict[str, object] = field(default_factory=dict)
    faults: FaultSelection | None = None
    path: Path | None = None
    sha256: str = ""
    decision: Decision = "simple"
    retry: Retry = "never"
    waivers: Path | None = None

    def count(self, name: str, otherwise: int | None = None) -> int:
        """How often, by the name the plan gives it.

        PlanError when it gives none and the test does not say what is done ``otherwise``.
        """
        found = self.counts.get(name, otherwise)
        if found is None:
            known = ", ".join(sorted(self.counts)) or "none"
            raise PlanError(f"plan {self.name} has no count {name!r}; it has: {known}")
        return found

    def unit(self, measurement: str) -> str | None:
        """The unit in which the plan limits a measurement; None when it has no limit for it."""
        entries = self.limits.get(measurement)
        return next(iter(entries.values())).unit if entries else None


def locate(plan: Plan) -> tuple[Location, ...]:
    """Find every entry of ``tests`` on the disk; PlanError names what is not there."""
    folders = [TESTPLANS] if plan.path is None else [plan.path.parent, TESTPLANS]
    return tuple(_locate(plan, entry, folders) for entry in plan.tests)


@dataclass(frozen=True, slots=True)
class Location:
    """One entry of a plan: the file or folder, and what follows it in a node id."""

    entry: str
    path: Path
    inside: str  # "" or "::TestClass::test_name"


def paths_of(locations: Iterable[Location]) -> list[str]:
    """What pytest has to collect for them: files and folders, each once."""
    return list(dict.fromkeys(str(found.path) for found in locations))


def _locate(plan: Plan, entry: str, folders: list[Path]) -> Location:
    file, separator, inside = entry.partition("::")
    for folder in folders:
        path = (folder / file).resolve()
        if path.exists():
            return Location(entry, path, separator + inside)
    places = " and ".join(str(f) for f in folders)
    raise PlanError(f"{plan.path or plan.name}: tests: {file!r} is not in {places}")
