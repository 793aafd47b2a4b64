"""Which of the collected tests a plan runs, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from rig.plans.errors import PlanError
from rig.plans.plan import Location


def in_plan_order(
    items: Sequence[pytest.Item], locations: Sequence[Location]
) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Split tests into those of the plan, in its order, and the others.

    A test that several entries name runs once, where the first of them stands.
    """
    by_file: dict[Path, list[tuple[int, str]]] = {}
    ranked: list[tuple[int, pytest.Item]] = []
    others: list[pytest.Item] = []
    for item in items:
        if item.path not in by_file:
            by_file[item.path] = list(_entries_about(item.path, locations))
        inside = _inside(item.nodeid)
        rank = next((n for n, begin in by_file[item.path] if _begins(inside, begin)), None)
        if rank is None:
            others.append(item)
        else:
            ranked.append((rank, item))
    ranked.sort(key=lambda pair: pair[0])  # stable: within an entry, the file's order
    return [item for _, item in ranked], others


def refuse_empty_entries(items: Iterable[pytest.Item], locations: Sequence[Location]) -> None:
    """Raise PlanError when an entry of the plan names no test at all."""
    tests = [(item.path, _inside(item.nodeid)) for item in items]
    files = {path for path, _ in tests}
    for found in locations:
        hit = (
            any(path == found.path and _begins(inside, found.inside) for path, inside in tests)
            if found.inside
            else any(path.is_relative_to(found.path) for path in files)
        )
        if not hit:
            raise PlanError(f"the plan's entry {found.entry!r} names no test")


def _entries_about(path: Path, locations: Sequence[Location]) -> Iterable[tuple[int, str]]:
    for number, found in enumerate(locations):
        if path == found.path or path.is_relative_to(found.path):
            yield number, found.inside


def _inside(nodeid: str) -> str:
    """``::TestTap::test_unlocks[owner]``: the node id without its file."""
    _, separator, inside = nodeid.partition("::")
    return separator + inside


def _begins(inside: str, begin: str) -> bool:
    """Whether a node id begins with an entry, at a name's end: test_a does not begin test_ab."""
    return inside.startswith(begin) and (
        not begin or inside == begin or inside[len(begin)] in ":[" or begin.endswith("]")
    )
