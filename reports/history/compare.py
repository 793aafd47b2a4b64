"""Two runs held against each other: requirements, tests and medians that are not the same.

A median that moved between two runs is shown and not judged: whether it moved is a question to many
nights. A verdict that got worse is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.history.runs import RunSummary, find_run
from reports.history.store import History
from reports.history.tables import MeasurementRow, RequirementRow, ResultRow
from reports.standing import Standing

NOT_RUN, RETRIED = Standing.NOT_RUN.value, Standing.RETRIED.value
_WORDS = frozenset(Standing)


class Direction(Enum):
    """Which way something went."""

    BETTER = "better"
    OTHER = "other"
    WORSE = "worse"
    GONE = "not run any more"


def direction_of(before: Standing, after: Standing) -> Direction:
    """Worse counts from pass over unjudged to fail. What is not run any more went neither way."""
    if after is Standing.NOT_RUN and before is not after:
        return Direction.GONE
    old, new = before.rank, after.rank
    if old == new or not new:
        return Direction.OTHER
    if not old:
        return Direction.WORSE if new == Standing.FAIL.rank else Direction.OTHER
    return Direction.WORSE if new > old else Direction.BETTER


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement or test that stands otherwise in the second run."""

    name: str
    before: str
    after: str

    @property
    def direction(self) -> Direction:
        """Of its words, as the history has them."""
        return direction_of(_standing(self.before), _standing(self.after))


@dataclass(frozen=True, slots=True)
class Median:
    """One quantity in both runs; None where one has no sample of it."""

    test: str
    metric: str
    unit: str
    before: float | None
    after: float | None

    @property
    def factor(self) -> float | None:
        """After by before, where that says something."""
        if self.before is None or self.after is None or self.before <= 0 or self.after <= 0:
            return None
        return self.after / self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is not the same, by name, and all medians."""

    first: RunSummary
    second: RunSummary
    requirements: tuple[Change, ...]
    tests: tuple[Change, ...]
    medians: tuple[Median, ...]

    @property
    def got_worse(self) -> bool:
        """Whether any requirement or test did; one that is not run any more did not."""
        changes = (*self.requirements, *self.tests)
        return any(change.direction is Direction.WORSE for change in changes)


@dataclass(frozen=True, slots=True)
class _Found:
    """One run: how tests and requirements stand, and medians by test, metric and unit."""

    run: RunSummary
    tests: Mapping[str, str]
    requirements: Mapping[str, str]
    medians: Mapping[tuple[str, str, str], float | None]


def count_gone(changes: Iterable[Change]) -> int:
    """How many are not run any more."""
    return sum(change.direction is Direction.GONE for change in changes)


def compare_runs(history: History, first: str, second: str) -> Comparison:
    """Compare two runs by id, or by how their ids begin. Raises NoSuchRun."""
    with history.reading() as session:
        before, after = (_find(session, find_run(session, name)) for name in (first, second))
    return Comparison(
        before.run,
        after.run,
        tuple(_changes(before.requirements, after.requirements)),
        tuple(_changes(before.tests, after.tests)),
        tuple(
            Median(*key, before.medians.get(key), after.medians.get(key))
            for key in sorted(before.medians.keys() | after.medians.keys())
        ),
    )


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        change = Change(name, before.get(name, NOT_RUN), after.get(name, NOT_RUN))
        if change.before != change.after:
            yield change


def _standing(word: str) -> Standing:
    """A word of another rig stands as an error does."""
    return Standing(word) if word in _WORDS else Standing.ERROR


def _find(session: Session, run: RunSummary) -> _Found:
    results = session.execute(
        select(ResultRow.number, ResultRow.test, ResultRow.verdict, ResultRow.attempt)
        .where(ResultRow.run == run.number)
        .order_by(ResultRow.number)
    ).all()
    tests: dict[str, str] = {}  # the last attempt stands
    for _, test, verdict, attempt in results:
        again = attempt > 1 or test in tests
        tests[test] = RETRIED if again and verdict == "pass" else verdict
    test_of = {number: test for number, test, _, _ in results}
    requirements: dict[str, str] = {}
    named = select(RequirementRow.requirement, RequirementRow.result)
    for requirement, result in session.execute(named.where(RequirementRow.run == run.number)):
        words = (requirements.get(requirement, "not applicable"), tests[test_of[result]])
        requirements[requirement] = max(words, key=lambda word: _standing(word).rank)
    return _Found(run, tests, requirements, _medians(session, run, test_of))


def _medians(
    session: Session, run: RunSummary, test_of: Mapping[int, str]
) -> dict[tuple[str, str, str], float | None]:
    """Of the last attempt of each test."""
    table = MeasurementRow
    rows = session.execute(
        select(table.result, table.metric, table.unit, table.median)
        .where(table.run == run.number)
        .order_by(table.result, table.number)
    )
    return {(test_of[result], metric, unit): median for result, metric, unit, median in rows}
