"""Requirements against tests, both ways, and what the plan leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reports.completeness import Completeness, Extent, complete_as
from reports.standing import Standing, stand_together
from reports.trials import Trial
from rig.records.catalogue import RequirementRecord


@dataclass(frozen=True, slots=True)
class Covered:
    """A requirement with the tests that speak of it."""

    requirement: RequirementRecord
    trials: tuple[Trial, ...]
    standing: Standing
    completeness: Completeness


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A requirement that no test can judge on any bench today, and why."""

    requirement: RequirementRecord
    reason: str


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability of the catalogue: how much of it this plan touches."""

    name: str
    total: int
    counts: dict[Standing, int]  # of the covered requirements
    uncovered: tuple[RequirementRecord, ...]  # that a test could judge
    unjudged: tuple[Unjudged, ...]

    @property
    def covered(self) -> int:
        return self.total - len(self.uncovered) - len(self.unjudged)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole matrix. ``anchors`` leads from a requirement's id to its number on the page."""

    covered: tuple[Covered, ...]
    capabilities: tuple[Capability, ...]
    unknown: dict[str, tuple[Trial, ...]]  # ids that no catalogue entry has
    unbound: tuple[Trial, ...]  # tests that ran and name no requirement
    anchors: dict[str, int]

    @property
    def extents(self) -> dict[Extent, int]:
        """How many of the covered requirements are judged how far."""
        found = Counter(c.completeness.extent for c in self.covered)
        return {extent: found[extent] for extent in Extent if found[extent]}

    @property
    def total(self) -> int:
        return sum(c.total for c in self.capabilities)

    @property
    def uncovered(self) -> tuple[RequirementRecord, ...]:
        return tuple(r for c in self.capabilities for r in c.uncovered)

    @property
    def unjudged(self) -> tuple[Unjudged, ...]:
        return tuple(u for c in self.capabilities for u in c.unjudged)


def match_coverage(
    catalogue: Sequence[RequirementRecord],
    trials: Sequence[Trial],
    reasons: Mapping[str, str],
    read: Collection[str] = (),
) -> Coverage:
    """Hold the catalogue against the tests of a run; ``reasons`` are why some have none.

    ``read``: the ambiguities of which the run chose a reading.
    """
    speaking: dict[str, list[Trial]] = {}
    for trial in trials:
        for requirement in trial.requirements:
            speaking.setdefault(requirement, []).append(trial)
    covered = tuple(
        Covered(
            r,
            tuple(found),
            stand_together(t.standing for t in found),
            complete_as(r, found, read),
        )
        for r in catalogue
        if (found := speaking.get(r.id))
    )
    known = {r.id for r in catalogue}
    return Coverage(
        covered=covered,
        capabilities=_capabilities(catalogue, covered, reasons),
        unknown={i: tuple(t) for i, t in speaking.items() if i not in known},
        unbound=tuple(t for t in trials if t.begun and not t.requirements),
        anchors={c.requirement.id: at for at, c in enumerate(covered, 1)},
    )


def _capabilities(
    catalogue: Sequence[RequirementRecord],
    covered: Sequence[Covered],
    reasons: Mapping[str, str],
) -> tuple[Capability, ...]:
    standing = {c.requirement.id: c.standing for c in covered}
    grouped: dict[str, list[RequirementRecord]] = {}
    for requirement in catalogue:
        grouped.setdefault(requirement.capability, []).append(requirement)
    return tuple(_capability(n, members, standing, reasons) for n, members in grouped.items())


def _capability(
    name: str,
    members: Sequence[RequirementRecord],
    standing: Mapping[str, Standing],
    reasons: Mapping[str, str],
) -> Capability:
    untested = [r for r in members if r.id not in standing]
    return Capability(
        name=name,
        total=len(members),
        counts=Counter(standing[r.id] for r in members if r.id in standing),
        uncovered=tuple(r for r in untested if r.id not in reasons),
        unjudged=tuple(Unjudged(r, reasons[r.id]) for r in untested if r.id in reasons),
    )
