"""What the history says, as JSON for programs: one object, keys in a fixed order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from reports.history.compare import Change, Comparison, count_gone
from reports.history.runs import RunSummary
from reports.history.trend import TrendSeries


def runs_as_json(runs: Sequence[RunSummary]) -> str:
    """The runs, newest first."""
    return _written({"runs": [_run(run) for run in runs]})


def comparison_as_json(found: Comparison) -> str:
    """What stands otherwise, and all medians."""
    return _written(
        {
            "before": _run(found.first),
            "after": _run(found.second),
            "got_worse": found.got_worse,
            "not_run_any_more": {
                "requirements": count_gone(found.requirements),
                "tests": count_gone(found.tests),
            },
            "requirements": [_change(change) for change in found.requirements],
            "tests": [_change(change) for change in found.tests],
            "medians": [{**asdict(m), "factor": m.factor} for m in found.medians],
        }
    )


def trend_as_json(requirement: str, series: Sequence[TrendSeries]) -> str:
    """Each series with its nights and all samples."""
    return _written(
        {
            "requirement": requirement,
            "series": [
                {
                    "series": one.key.handle,
                    **asdict(one.key),
                    "nights": [{**asdict(n), "median": n.median} for n in one.nights],
                }
                for one in series
            ],
        }
    )


def _run(run: RunSummary) -> dict[str, Any]:
    found = asdict(run)
    del found["number"]  # the database's own
    return found


def _change(change: Change) -> dict[str, str]:
    return {**asdict(change), "direction": change.direction.value}


def _written(body: dict[str, Any]) -> str:
    return json.dumps(body, default=str, indent=1, allow_nan=False)
