"""The requirement catalogue: what a digital key must do, where that is said, and what is left open.

Entries are read from ``testplans/requirements`` (rig.plans.load) and never change afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Strict, StringConstraints

from rig.plans.errors import CatalogueError, UnknownRequirement
from rig.records.catalogue import RequirementRecord

Text = Annotated[str, StringConstraints(min_length=1)]
RequirementId = Annotated[str, StringConstraints(pattern=r"^DK-[A-Z]+-\d\d$")]
AmbiguityId = Annotated[str, StringConstraints(pattern=r"^AMB-\d\d$")]
Texts = Annotated[tuple[Text, ...], Strict(False)]  # YAML has lists, frozen records have tuples


class Entry(BaseModel):
    """Base of everything read from YAML here: no unknown field, no conversion, no change."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Source(Entry):
    """Where a requirement is said: document of the vocabulary, heading, lines of its text."""

    document: Text
    heading: Text
    lines: Text


class Figure(Entry):
    """A figure that the sources state or that is proposed from a published one."""

    quantity: Text
    relation: Literal["<=", ">=", "within", "record", "up to"]
    value: int | float | str | Annotated[tuple[int | float, ...], Strict(False)]
    unit: Text
    basis: Text


class Requirement(Entry):
    """One requirement. ``derivation`` tells how close its text is to the source's."""

    id: RequirementId
    number: int
    title: Text
    text: Text
    source: Source
    derivation: Literal["stated", "implied", "boundary"]
    applies_to: Literal["digital_key", "digital_key_plus", "both"]
    priority: Literal["P1", "P2", "P3"]
    automation: Literal["auto", "semi", "manual"]
    nightly_candidate: bool
    platforms: Texts
    equipment: Texts
    precondition: Text
    stimulus: Text
    expected: Text
    measurable: Literal["latency", "range", "none"]
    metric: str = ""
    limit: Figure | None = None
    ambiguities: Annotated[tuple[AmbiguityId, ...], Strict(False)] = ()

    def to_record(self, capability: str) -> RequirementRecord:
        """The requirement as a run's journal keeps it."""
        return RequirementRecord(
            id=self.id,
            title=self.title,
            text=self.text,
            capability=capability,
            priority=self.priority,
            applies_to=self.applies_to,
            automation=self.automation,
            ambiguities=self.ambiguities,
        )


class Capability(Entry):
    """One file of the catalogue."""

    capability: Text
    requirements: Annotated[tuple[Requirement, ...], Strict(False)]


class Ambiguity(Entry):
    """Something the sources leave open or contradict, and what the rig does about it."""

    id: AmbiguityId
    title: Text
    finding: Text
    proposed_handling: Text


class Ambiguities(Entry):
    """The file of all ambiguities."""

    ambiguities: Annotated[tuple[Ambiguity, ...], Strict(False)]


class Unjudged(Entry):
    """Why no test can judge a requirement on any bench today, and what that would take."""

    why: Text
    takes: Text

    def __str__(self) -> str:
        return f"{self.why} It takes {self.takes}"


class UnjudgedFile(Entry):
    """The file of all requirements that no test judges."""

    unjudged: dict[RequirementId, Unjudged]


class Vocabulary(Entry):
    """The words that entries may use, each with its meaning."""

    documents: dict[str, Text]
    derivation: dict[str, Text]
    priority: dict[str, Text]
    applies_to: dict[str, Text]
    automation: dict[str, Text]
    measurable: dict[str, Text]
    platforms: dict[str, Text]
    equipment: dict[str, Text]
    limit_basis: dict[str, Text]


@dataclass(frozen=True)
class Catalogue:
    """All requirements by id, in the order of their numbers, and what they refer to."""

    requirements: Mapping[str, Requirement]
    capabilities: Mapping[str, str]  # requirement id -> capability
    ambiguities: Mapping[str, Ambiguity]
    vocabulary: Vocabulary
    unjudged: Mapping[str, Unjudged] = field(default_factory=dict)  # requirement id -> reason

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self.requirements.values())

    def __len__(self) -> int:
        return len(self.requirements)

    def __contains__(self, requirement_id: object) -> bool:
        return requirement_id in self.requirements

    def find(self, requirement_id: str) -> Requirement:
        """The requirement of this id; UnknownRequirement names the closest ones."""
        try:
            return self.requirements[requirement_id]
        except KeyError:
            raise UnknownRequirement(
                f"no requirement {requirement_id!r}{self._suggestion(requirement_id)}"
            ) from None

    def to_records(self) -> tuple[RequirementRecord, ...]:
        """The whole catalogue as a run's journal keeps it."""
        return tuple(r.to_record(self.capabilities[r.id]) for r in self)

    def _suggestion(self, requirement_id: str) -> str:
        close = get_close_matches(requirement_id.upper(), self.requirements, n=3)
        return f"; close: {', '.join(close)}" if close else ""


def check_references(catalogue: Catalogue) -> None:
    """Raise CatalogueError when an entry refers to something that is not written down."""
    words = catalogue.vocabulary
    for requirement in catalogue:
        _check_words(requirement, "document", (requirement.source.document,), words.documents)
        _check_words(requirement, "platform", requirement.platforms, words.platforms)
        _check_words(requirement, "equipment", requirement.equipment, words.equipment)
        _check_words(requirement, "ambiguity", requirement.ambiguities, catalogue.ambiguities)
    for requirement_id in catalogue.unjudged:
        try:
            catalogue.find(requirement_id)
        except UnknownRequirement as exc:
            raise CatalogueError(f"a reason why it is not judged: {exc}") from exc


def _check_words(
    requirement: Requirement, what: str, used: tuple[str, ...], known: Mapping[str, object]
) -> None:
    for word in used:
        if word not in known:
            raise CatalogueError(f"{requirement.id}: unknown {what} {word!r}")
