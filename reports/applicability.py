"""Which requirements apply to which vehicle of the bench, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rig.records.catalogue import ApplicabilityRecord, RequirementRecord


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with the title of its requirement."""

    decision: ApplicabilityRecord
    title: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A vehicle of the bench with all that is judged on it."""

    vehicle: str
    decided: tuple[Decided, ...]


@dataclass(frozen=True, slots=True)
class Applicability:
    """All decisions of a run; of an older run there are none."""

    judged: tuple[Judged, ...]  # in the order of the catalogue
    inapplicable: tuple[Decided, ...]

    @property
    def total(self) -> int:
        return len(self.inapplicable) + sum(len(j.decided) for j in self.judged)


def sort_decisions(
    decisions: Sequence[ApplicabilityRecord], catalogue: Iterable[RequirementRecord]
) -> Applicability:
    """Put decisions together by the vehicle they are for."""
    titles = {r.id: r.title for r in catalogue}
    by_vehicle: dict[str, list[Decided]] = {}
    inapplicable = []
    for decision in decisions:
        decided = Decided(decision, titles.get(decision.requirement, ""))
        if decision.applies:
            by_vehicle.setdefault(decision.vehicle, []).append(decided)
        else:
            inapplicable.append(decided)
    judged = tuple(Judged(vehicle, tuple(found)) for vehicle, found in by_vehicle.items())
    return Applicability(judged, tuple(inapplicable))
