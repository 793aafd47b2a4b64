"""Which requirements apply to what a bench can show, and why the others do not.

Pure logic: the vehicles the bench plays and the platforms of what it holds to the readers go in,
a decision with all its inputs in words comes out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rig.plans.catalogue import Catalogue, Requirement
from rig.records.catalogue import ApplicabilityRecord

_BOTH = "both"
_KEYS = {"digital_key": "Digital Key", "digital_key_plus": "Digital Key Plus"}
# What platforms are of one kind: where a bench has others of the kind, a requirement does not
# apply to it. Where it has none of the kind at all, something is missing, which is another matter.
_KINDS = {
    "ios": "phones",
    "pixel": "phones",
    "samsung": "phones",
    "apple_watch": "watches",
    "wear_os": "watches",
    "card": "cards",
}


@dataclass(frozen=True, slots=True)
class PlayedVehicle:
    """A vehicle that the bench plays. ``facts`` are for people: "body" -> "convertible"."""

    label: str
    key: str  # "digital_key" or "digital_key_plus"
    facts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        facts = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        return f"{self.label} ({facts})" if facts else self.label


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a requirement applies. ``vehicle`` counts from 0 in the fleet; None for no one."""

    requirement: str
    vehicle: int | None
    label: str
    why: str

    @property
    def applies(self) -> bool:
        return self.vehicle is not None

    def to_record(self) -> ApplicabilityRecord:
        """The decision as a run's journal keeps it."""
        return ApplicabilityRecord(self.requirement, self.applies, self.label, self.why)


@dataclass(frozen=True, slots=True)
class Choice:
    """For a test: the vehicle to play, and which of its requirements apply to that vehicle.

    ``vehicle`` is None where none of them applies to any, and ``why`` says so for each.
    """

    vehicle: int | None
    requirements: tuple[str, ...]
    why: str = ""


class Applicability:
    """The decisions about a catalogue on one bench."""

    def __init__(
        self,
        catalogue: Catalogue,
        fleet: Sequence[PlayedVehicle],
        platforms: Collection[str],
    ) -> None:
        """``fleet`` in the order in which vehicles are preferred; ``platforms`` on the bench."""
        self._words = catalogue.vocabulary.platforms
        self._fleet = tuple(fleet)
        self._platforms = frozenset(platforms)
        self._requirements = catalogue.requirements
        self.decisions = {r.id: self._decide(r) for r in catalogue}

    def to_records(self) -> tuple[ApplicabilityRecord, ...]:
        """Every decision as a run's journal keeps it."""
        return tuple(decision.to_record() for decision in self.decisions.values())

    def choose(self, requirements: Iterable[str]) -> Choice:
        """The vehicle to which most of the requirements apply; of several, the first."""
        named = tuple(requirements)
        applying = [r for r in named if self.decisions[r].applies]
        here = [
            tuple(r for r in applying if _fits(self._requirements[r], vehicle))
            for vehicle in self._fleet
        ]
        if not any(here):
            return Choice(None, named, "; ".join(f"{r} {self.decisions[r].why}" for r in named))
        best = max(range(len(here)), key=lambda number: len(here[number]))
        return Choice(best, here[best])

    def _decide(self, requirement: Requirement) -> Decision:
        asked = self._asked(requirement)
        found = next(
            (n for n, vehicle in enumerate(self._fleet) if _fits(requirement, vehicle)), None
        )
        if found is None:
            played = "; ".join(map(str, self._fleet)) or "no vehicle"
            return Decision(requirement.id, None, "", f"{asked}; this bench plays {played}")
        if other := self._of_another_platform(requirement):
            return Decision(requirement.id, None, "", f"{asked}; {other}")
        vehicle = self._fleet[found]
        needs = ", ".join(word.replace("_", " ") for word in requirement.equipment)
        why = f"{asked}; judged on {vehicle}; needs {needs}"
        return Decision(requirement.id, found, vehicle.label, why)

    def _asked(self, requirement: Requirement) -> str:
        """What a requirement is about, in words."""
        key = _KEYS.get(requirement.applies_to)
        keys = f"{key} only" if key else "either key"
        about = self._said(requirement.platforms)
        return f"applies to {keys} and to {about}"

    def _of_another_platform(self, requirement: Requirement) -> str:
        """What the bench has in the place of what the requirement is about; "" where it fits.

        A platform of no kind, the vehicle itself, is always there.
        """
        asked = set(requirement.platforms)
        kinds = {_KINDS[p] for p in asked if p in _KINDS}
        others = {p for p in self._platforms if _KINDS.get(p) in kinds}
        missing = kinds - {_KINDS[p] for p in others}
        if asked - _KINDS.keys() or asked & self._platforms or missing:
            return ""
        return f"the {' and '.join(sorted(kinds))} of this bench are {self._said(sorted(others))}"

    def _said(self, platforms: Iterable[str]) -> str:
        return ", ".join(self._words.get(p, p) for p in platforms)


def _fits(requirement: Requirement, vehicle: PlayedVehicle) -> bool:
    return requirement.applies_to in (_BOTH, vehicle.key)
