"""Requirements against tests, both ways, and what the plan leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.standing import Standing, stand_together
from reports.trials import Trial
from rig.records.run import RequirementRecord


@dataclass(frozen=True, slots=True)
class Covered:
    """A requirement with the tests that speak of it."""

    requirement: RequirementRecord
    trials: tuple[Trial, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability of the catalogue: how much of it this plan touches."""

    name: str
    total: int
    counts: dict[Standing, int]  # of the covered requirements
    uncovered: tuple[RequirementRecord, ...]

    @property
    def covered(self) -> int:
        return self.total - len(self.uncovered)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole matrix. ``anchors`` leads from a requirement's id to its number on the page."""

    covered: tuple[Covered, ...]
    capabilities: tuple[Capability, ...]
    unknown: dict[str, tuple[Trial, ...]]  # ids that no catalogue entry has
    unbound: tuple[Trial, ...]  # tests that ran and name no requirement
    anchors: dict[str, int]

    @property
    def total(self) -> int:
        return sum(c.total for c in self.capabilities)

    @property
    def uncovered(self) -> tuple[RequirementRecord, ...]:
        return tuple(r for c in self.capabilities for r in c.uncovered)


def match_coverage(catalogue: Sequence[RequirementRecord], trials: Sequence[Trial]) -> Coverage:
    """Hold the catalogue against the tests of a run."""
    speaking: dict[str, list[Trial]] = {}
    for trial in trials:
        for requirement in trial.requirements:
            speaking.setdefault(requirement, []).append(trial)
    covered = tuple(
        Covered(r, tuple(found), stand_together(t.standing for t in found))
        for r in catalogue
        if (found := speaking.get(r.id))
    )
    known = {r.id for r in catalogue}
    return Coverage(
        covered=covered,
        capabilities=_capabilities(catalogue, covered),
        unknown={i: tuple(t) for i, t in speaking.items() if i not in known},
        unbound=tuple(t for t in trials if t.begun and not t.requirements),
        anchors={c.requirement.id: at for at, c in enumerate(covered, 1)},
    )


def _capabilities(
    catalogue: Sequence[RequirementRecord], covered: Sequence[Covered]
) -> tuple[Capability, ...]:
    standing = {c.requirement.id: c.standing for c in covered}
    grouped: dict[str, list[RequirementRecord]] = {}
    for requirement in catalogue:
        grouped.setdefault(requirement.capability, []).append(requirement)
    return tuple(
        Capability(
            name=name,
            total=len(members),
            counts=Counter(standing[r.id] for r in members if r.id in standing),
            uncovered=tuple(r for r in members if r.id not in standing),
        )
        for name, members in grouped.items()
    )
