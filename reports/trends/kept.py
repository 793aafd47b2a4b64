"""Baselines between the history, which keeps columns, and the analysis, which judges by them."""

from __future__ import annotations

from datetime import date
from typing import Any

from reports.history.baselines import KeptBaseline
from reports.regression.baseline import Acceptance, Baseline
from reports.regression.series import Scale
from reports.trends.series import Named, key_of


def to_kept(one: Named, baseline: Baseline, golden: str) -> KeptBaseline:
    """A baseline as the history keeps it."""
    names = ("first", "last", "nights", "taps", "level", "spread", "golden_level", "weight")
    figures: dict[str, Any] = {name: getattr(baseline, name) for name in names}
    figures |= {"passed": baseline.passed, "trials": baseline.trials}
    figures |= {"scale": baseline.scale.value, "pulled_in": [str(d) for d in baseline.pulled_in]}
    by = baseline.acceptance
    return KeptBaseline(
        one.kept,
        figures,
        golden if baseline.has_golden else "",
        by.person if by else "",
        by.on if by else baseline.last,
        by.reason if by else "",
    )


def to_baseline(kept: KeptBaseline) -> Baseline:
    """A baseline that the history has kept, as the analysis takes it."""
    figures = dict(kept.figures)
    pulled_in = tuple(date.fromisoformat(day) for day in figures.pop("pulled_in"))
    scale = Scale(figures.pop("scale"))
    acceptance = Acceptance(kept.person, kept.accepted_on, kept.reason) if kept.person else None
    return Baseline(
        key=key_of(kept.key),
        unit=kept.key.unit,
        scale=scale,
        pulled_in=pulled_in,
        acceptance=acceptance,
        **figures,
    )
