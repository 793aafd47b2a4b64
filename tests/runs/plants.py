"""Plants the fault that RIG_PLANT names in a run of the rig: ``-p tests.runs.plants``.

Each fault takes one check out of the vehicle or its key server, as a slip of its author would. Where
RIG_PLANTS names several, each is planted for one test alone that is to catch it, as long as there is
one that no other has; RIG_PLANTED names the file that says which had which.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType

import pytest

from tests.runs.planted import (
    eligibility,
    endings,
    everyday,
    key_use,
    pairing,
    passive,
    ranges,
    sharing,
)
from tests.runs.planted.replacing import put_back

CAPABILITIES = (key_use, pairing, everyday, eligibility, sharing, endings)
PASSIVE = (ranges, passive)

_plant_for: dict[str, Callable[[], None]] = {}  # by the node id of the test


def plants_of(module: ModuleType) -> dict[str, str]:
    """A module's faults by name, each with the selection (``-k``) of the tests that catch it."""
    return {plant.__name__: tests for plant, tests in module.CAUGHT_BY.items()}


def _by_name() -> dict[str, Callable[[], None]]:
    every = (*CAPABILITIES, *PASSIVE)
    return {plant.__name__: plant for module in every for plant in module.CAUGHT_BY}


if _named := os.environ.get("RIG_PLANT"):
    _by_name()[_named]()

_several = os.environ.get("RIG_PLANTS", "").split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep one test for each fault: the first that is among those to catch it, and free."""
    if not _several:
        return
    catching = {name: tests for module in PASSIVE for name, tests in plants_of(module).items()}
    told = []
    for name in _several:
        words = catching[name].lower().split(" and ")
        for item in items:
            node = item.nodeid
            if node not in _plant_for and all(word in node.lower() for word in words):
                _plant_for[node] = _by_name()[name]
                told.append(f"{name} {node}\n")
                break
    items[:] = [item for item in items if item.nodeid in _plant_for]
    Path(os.environ["RIG_PLANTED"]).write_text("".join(told), encoding="utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Plant its fault for this test, and take it out again."""
    if (plant := _plant_for.get(item.nodeid)) is None:
        return (yield)
    plant()
    try:
        return (yield)
    finally:
        put_back()
