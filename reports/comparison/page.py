"""Renders the comparison of two run folders; the same folders give the same text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reports.comparison.changes import covered_otherwise, moved_requirements, moved_tests
from reports.comparison.quantities import Compared, compare_quantities
from reports.comparison.sides import (
    Side,
    compare_devices,
    compare_settings,
    identify,
    read_side,
)
from reports.history.compare import Direction
from reports.language import _, speaking
from reports.sheet import render_sheet


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """A page, and what a gate wants to know of it."""

    text: str
    name: str  # for a file: the runs' ids
    got_worse: bool  # any test or requirement


def render_comparison(before: Path, after: Path, language: str = "en") -> ComparisonPage:
    """Compare two run folders; raises ReportError."""
    old, new = read_side(before), read_side(after)
    with speaking(language):
        tests, requirements = moved_tests(old, new), moved_requirements(old, new)
        ids = {"before": old.run.started.run_id, "after": new.run.started.run_id}
        quantities = compare_quantities(old, new)
        context = {
            "language": language,
            "before": old.run.started,
            "after": new.run.started,
            "identity": identify(old, new),
            "devices": compare_devices(old, new),
            "settings": compare_settings(old, new),
            "tests": tests,
            "requirements": requirements,
            "coverage": covered_otherwise(old, new),
            "quantities": quantities,
            "in_both": sum(_is_in_both(one) for one in quantities),
            "WORSE": Direction.WORSE,
            "GONE": Direction.GONE,
        }
        name = _("Comparison of %(before)s and %(after)s") % ids
        text = render_sheet("comparison.html", name, _stamps(old, new), context)
    worse = any(moved.direction is Direction.WORSE for moved in (*tests, *requirements))
    return ComparisonPage(text, f"compare-{ids['before']}-{ids['after']}.html", worse)


def _is_in_both(one: Compared) -> bool:
    return None not in one.taken


def _stamps(before: Side, after: Side) -> list[str]:
    """Those of either run, each once, with the run that it is of unless it is of both."""
    old, new = before.stamps, after.stamps
    stamps = [stamp for stamp in old if stamp in new]
    stamps += [_("Before: %(stamp)s") % {"stamp": s} for s in old if s not in new]
    return stamps + [_("After: %(stamp)s") % {"stamp": s} for s in new if s not in old]
