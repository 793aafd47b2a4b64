"""Waivers and quarantine in a run: refused where they may not be, and what they do to its status.

Neither changes a verdict of a test. A waived fail stays the fail that it is and fails the run,
unless `--accept-waivers` says that its exit status is to be that of all other tests. What a test in
quarantine comes to is recorded, and is in neither verdict nor status of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from rig.plans.coverage import coverage
from rig.plans.excuses import URGENT, is_vital, no_waiver
from rig.plugin.assignment import Assignment
from rig.plugin.marks import requirements_of
from rig.records.excuses import WAIVER, Quarantine, is_about


def check(items: Sequence[pytest.Item], assignment: Assignment) -> None:
    """Refuse, before anything is opened, what may not be excused, and tests that nobody knows.

    Raises UsageError that names each.
    """
    problems = dict.fromkeys(
        [*_wrong_waivers(items, assignment), *_wrong_quarantine(items, assignment)]
    )
    if problems:
        raise pytest.UsageError("\n     ".join(problems))


def _wrong_waivers(items: Sequence[pytest.Item], assignment: Assignment) -> Iterable[str]:
    catalogue = assignment.catalogue
    for waiver, where in assignment.waivers.items():
        if not waiver.test:
            continue
        meant = [item for item in items if is_about(waiver.test, item.nodeid)]
        if not meant and not _is_somewhere(waiver.test):
            yield (
                f"{where}: {waiver.ticket}: no test {waiver.test!r} is known, so nothing of it is "
                "waived"
            )
        if waiver.kind == WAIVER:
            vital = (r for item in meant for r in requirements_of(item) if is_vital(catalogue, r))
            yield from (f"{where}: {waiver.ticket}: {waiver.test}: {no_waiver(r)}" for r in vital)


def _is_somewhere(test: str) -> bool:
    """Whether a test of another plan is called so."""
    known = (f"testplans/{name}" for tests in coverage().values() for name in tests)
    return test.partition("[")[0] in known


def _wrong_quarantine(items: Sequence[pytest.Item], assignment: Assignment) -> Iterable[str]:
    for one, where in assignment.quarantine.items():
        meant = [item for item in items if is_about(one.test, item.nodeid)]
        if not meant and not _is_somewhere(one.test):
            yield f"{where}: {one.ticket}: no test {one.test!r} is known, so nothing is held apart"
        for item in meant:
            for requirement in requirements_of(item):
                if assignment.catalogue.find(requirement).priority == URGENT:
                    yield (
                        f"{where}: {one.ticket}: {one.test} is evidence for {requirement}, and "
                        f"what has priority {URGENT} cannot be put in quarantine"
                    )


def concerning(quarantine: Iterable[Quarantine], tests: Sequence[str]) -> tuple[Quarantine, ...]:
    """The entries that mean a test of this run."""
    return tuple(one for one in quarantine if any(is_about(one.test, test) for test in tests))
