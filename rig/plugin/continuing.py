"""A run that goes on where others were cut off: their results stand, and are not taken again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from rig.plans.errors import PlanError
from rig.plans.plan import Plan
from rig.records.codec import RecordError
from rig.records.journal import Run, read_run

CutOff: TypeAlias = Run


def cut_off_runs(folders: Iterable[str], plan: Plan) -> tuple[CutOff, ...]:
    """The runs that are to be continued.

    PlanError for what is no run, and for one under another plan: its results would not fit.
    """
    return tuple(_cut_off(Path(folder), plan) for folder in folders)


def _cut_off(folder: Path, plan: Plan) -> CutOff:
    try:
        run = read_run(folder)
    except (OSError, RecordError) as exc:
        raise PlanError(f"--continues: {exc}") from exc
    if run.started.plan_sha256 != plan.sha256:
        raise PlanError(
            f"--continues: {folder} was begun under another plan, or the plan has changed since"
        )
    return run


class Continuing:
    """Leaves out of a run what others have settled; its hook comes after the plan's selection."""

    def __init__(self, runs: Sequence[CutOff]) -> None:
        self._settled = frozenset().union(*(run.settled for run in runs))

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep the tests that have no result yet."""
        settled = [item for item in items if item.nodeid in self._settled]
        if settled:
            items[:] = [item for item in items if item.nodeid not in self._settled]
            config.hook.pytest_deselected(items=settled)
