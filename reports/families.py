"""Tests that differ in their parameters alone, put together as they follow each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from reports.standing import Standing
from reports.trials import Trial


@dataclass(frozen=True, slots=True)
class Family:
    """Tests of one function. ``head`` is what their ids share, "" for a test that stands alone."""

    head: str
    trials: tuple[Trial, ...]

    @property
    def requirements(self) -> tuple[str, ...] | None:
        """Of a family, the requirements that all its tests name; None where each names its own."""
        named = {tuple(t.requirements) for t in self.trials}
        return named.pop() if self.head and len(named) == 1 else None

    @property
    def vehicle(self) -> str:
        """Of a family, the vehicle that all its attempts were played on; "" where they differ."""
        played = {r.vehicle for t in self.trials for r in t.attempts}
        return played.pop() if self.head and len(played) == 1 else ""

    @property
    def parameters(self) -> tuple[tuple[Trial, str], ...]:
        """Each test with what tells it from the others: its whole id where it stands alone."""
        return tuple((t, t.test[len(self.head) :]) for t in self.trials)


@dataclass(frozen=True, slots=True)
class Part:
    """So many tests as one table holds. A family that is cut goes on in the next."""

    families: tuple[Family, ...]
    trials: tuple[Trial, ...]


def group_families(trials: Sequence[Trial], size: int) -> tuple[Part, ...]:
    """The tests in their order, in tables of ``size`` rows."""
    parts = [tuple(trials[at : at + size]) for at in range(0, len(trials), size)]
    related = _related(trials)
    return tuple(Part(tuple(_families(part, related)), part) for part in parts)


def gather(trials: Sequence[Trial]) -> tuple[tuple[Standing, Family], ...]:
    """Tests of a requirement: those of one function that stand alike come together."""
    related = _related(trials)
    found = []
    for standing, group in groupby(trials, key=lambda t: t.standing):
        found += [(standing, family) for family in _families(tuple(group), related)]
    return tuple(found)


def _head(test: str) -> str:
    head, bracket, _parameters = test.partition("[")
    return head if bracket else ""


def _related(trials: Sequence[Trial]) -> set[str]:
    """What the ids of neighbours share; asked only whether something is in it."""
    return {
        head for one, other in pairwise(trials) if (head := _head(one.test)) == _head(other.test)
    }


def _families(trials: Sequence[Trial], related: set[str]) -> Iterator[Family]:
    for head, group in groupby(trials, key=lambda t: _head(t.test)):
        if head and head in related:
            yield Family(head, tuple(group))
        else:
            yield from (Family("", (trial,)) for trial in group)
