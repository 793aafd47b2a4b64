"""Requirement marks: what each test is evidence for, held against the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from rig.plans.catalogue import Catalogue
from rig.plans.errors import UnknownRequirement

_IDS = pytest.StashKey[tuple[str, ...]]()


def requirements_of(item: pytest.Item) -> tuple[str, ...]:
    """The requirement ids of a test that has passed ``check``: its own first, then its file's."""
    return item.stash[_IDS]


def check(items: Iterable[pytest.Item], catalogue: Catalogue) -> None:
    """Read the marks of every test; UsageError names each test without any, or with wrong ones."""
    problems: dict[str, None] = {}  # a test of many parameters complains once
    for item in items:
        named = list(_marked(item))
        ids = tuple(dict.fromkeys(n for n in named if isinstance(n, str)))
        item.stash[_IDS] = ids
        test = item.nodeid.partition("[")[0]
        for wrong in (n for n in named if not isinstance(n, str)):
            said = f"a requirement is named by its id, not by {wrong!r}"
            problems[f"{test}: {said}"] = None
        if not named:
            problems[f"{test} names no requirement: @pytest.mark.requirement(...)"] = None
        for requirement in ids:
            if requirement in catalogue:
                continue
            try:
                catalogue.find(requirement)
            except UnknownRequirement as exc:
                problems[f"{test}: {exc}"] = None
    if problems:
        raise pytest.UsageError("\n     ".join(problems))


def _marked(item: pytest.Item) -> Iterable[object]:
    for mark in item.iter_markers("requirement"):
        yield from mark.args
