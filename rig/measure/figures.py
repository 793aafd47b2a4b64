"""Figures of a bench itself: what it adds to whatever is measured with it.

A figure is of many samples and says of how many, within which interval, and how uncertain a
single sample is. One that cannot be taken is a FigureError that says what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rig.measure.statistics import PERCENTS, samples_needed, summary
from rig.records.run import Statistic

CONFIDENCE = 0.95
_SHOWN = tuple(percent for percent in PERCENTS if percent < 99)


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity. ``uncertainty`` is the standard one of a sample, in ``unit``; see ``basis``.

    ``contributes``: its spread is in what is measured with the bench, under that name. ``doubt``
    says what is wrong with it and what to do; "" when nothing is.
    """

    what: str
    unit: str
    n: int
    statistics: tuple[Statistic, ...]
    uncertainty: float
    basis: str
    remarks: tuple[str, ...] = ()
    doubt: str = ""
    contributes: str = ""  # to a latency's uncertainty, under this name

    def statistic(self, name: str) -> Statistic:
        """One of them; KeyError where there is none of that name."""
        for found in self.statistics:
            if found.name == name:
                return found
        raise KeyError(name)


def figure_of(
    samples: Sequence[float],
    what: str,
    unit: str,
    *,
    uncertainty: float,
    basis: str,
    remarks: tuple[str, ...] = (),
) -> Figure:
    """p50 and p95 with their intervals, and the extremes."""
    kept = ("p50", "p95", "min", "max")
    found = [one for one in summary(samples, CONFIDENCE, _SHOWN) if one.name in kept]
    if any(one.name == "p95" and one.low is None for one in found):
        remarks += (f"p95 has an interval from {samples_needed(0.95, CONFIDENCE)} samples on",)
    return Figure(what, unit, len(samples), tuple(found), uncertainty, basis, remarks)
