"""What stands otherwise in the second run: tests, requirements, and what is covered at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.comparison.sides import Fact, Side
from reports.history.compare import Direction, direction_of
from reports.language import _, ngettext
from reports.standing import Standing
from rig.records.catalogue import RequirementRecord

_ORDER = {Direction.WORSE: 0, Direction.GONE: 1, Direction.OTHER: 2, Direction.BETTER: 3}


@dataclass(frozen=True, slots=True)
class Moved:
    """A test or requirement that stands otherwise, with the reason of the second run."""

    name: str
    title: str  # of a requirement
    before: Standing
    after: Standing
    direction: Direction
    reason: str


def moved_tests(before: Side, after: Side) -> tuple[Moved, ...]:
    """Tests that stand otherwise, those that got worse first."""
    reasons = {trial.test: trial.reason for trial in after.trials}
    old, new = ({t.test: t.standing for t in side.trials} for side in (before, after))
    return _moved(old, new, {}, reasons)


def moved_requirements(before: Side, after: Side) -> tuple[Moved, ...]:
    """Requirements that stand otherwise, those that got worse first."""
    titles = {r.id: r.title for side in (before, after) for r in side.run.started.requirements}
    old, new = (
        {c.requirement.id: c.standing for c in side.coverage.covered} for side in (before, after)
    )
    return _moved(old, new, titles, {})


def covered_otherwise(before: Side, after: Side) -> tuple[tuple[str, Fact], ...]:
    """Requirements, with their titles, that another number of tests speaks of, or none any more."""
    known = {r.id: r for side in (before, after) for r in side.run.started.requirements}
    old, new = (_coverage(side, known) for side in (before, after))
    facts = (Fact(name, old[name], new[name]) for name in known)
    return tuple((known[fact.name].title, fact) for fact in facts if fact.differs)


def _moved(
    before: Mapping[str, Standing],
    after: Mapping[str, Standing],
    titles: Mapping[str, str],
    reasons: Mapping[str, str],
) -> tuple[Moved, ...]:
    found = []
    for name in sorted(before.keys() | after.keys()):
        old, new = (side.get(name, Standing.NOT_RUN) for side in (before, after))
        if old is not new:
            way = direction_of(old, new)
            found.append(Moved(name, titles.get(name, ""), old, new, way, reasons.get(name, "")))
    return tuple(sorted(found, key=lambda moved: _ORDER[moved.direction]))


def _coverage(side: Side, known: Mapping[str, RequirementRecord]) -> dict[str, str]:
    tests = {c.requirement.id: len(c.trials) for c in side.coverage.covered}
    unjudged = {u.requirement.id for u in side.coverage.unjudged}
    catalogue = {r.id for r in side.run.started.requirements}
    found = {}
    for name in known:
        if name not in catalogue:
            found[name] = _("not in the catalogue")
        elif name in unjudged:
            found[name] = _("no test can judge it")
        elif count := tests.get(name, 0):
            found[name] = ngettext("%(num)s test", "%(num)s tests", count) % {"num": count}
        else:
            found[name] = _("not covered")
    return found
