"""Plants the fault that RIG_PLANT names in a run of the rig: ``-p tests.runs.plants``.

Each fault takes one check out of the vehicle or its key server, as a slip of its author would.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType

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

CAPABILITIES = (key_use, pairing, everyday, eligibility, sharing, endings)
PASSIVE = (ranges, passive)


def plants_of(module: ModuleType) -> dict[str, str]:
    """A module's faults by name, each with the selection (``-k``) of the tests that catch it."""
    return {plant.__name__: tests for plant, tests in module.CAUGHT_BY.items()}


def _by_name() -> dict[str, Callable[[], None]]:
    return {
        plant.__name__: plant for module in (*CAPABILITIES, *PASSIVE) for plant in module.CAUGHT_BY
    }


if _named := os.environ.get("RIG_PLANT"):
    _by_name()[_named]()
