"""Records of what is asked of a key: the catalogue as a run saw it, and how it was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequirementRecord:
    """One entry of the requirement catalogue, as the run saw it."""

    id: str
    title: str
    text: str
    capability: str
    priority: str
    applies_to: str
    automation: str
    ambiguities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplicabilityRecord:
    """Whether a requirement applies to a vehicle of the bench, and all that decided it."""

    requirement: str
    applies: bool
    vehicle: str  # the vehicle it is judged on; "" when it applies to none
    why: str


@dataclass(frozen=True, slots=True)
class ReadingRecord:
    """How something that the sources leave open was read in this run."""

    ambiguity: str  # "" for what no ambiguity of the catalogue speaks of
    name: str  # of the setting that a plan may choose; "" where there is nothing to choose
    chosen: str
    alternatives: tuple[str, ...] = ()
    meaning: str = ""
