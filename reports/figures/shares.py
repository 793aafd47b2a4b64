"""Empirical distributions as steps: what share of samples stays within a value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reports.figures.canvas import MUTED, RULE
from reports.plots.axis import fit_axis
from reports.wording import write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS = 120  # more samples are thinned to so many quantiles
_LARGE = 1e15  # beyond it a picture tells nothing


def finite(samples: Iterable[float | None]) -> list[float]:
    """The samples that can be drawn, the smallest first."""
    return sorted(s for s in samples if s is not None and math.isfinite(s) and abs(s) < _LARGE)


def quantile(ordered: Sequence[float], percent: int) -> float:
    """The smallest sample that at least ``percent`` of the samples do not exceed."""
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def steps(ordered: Sequence[float], of: int | None = None) -> tuple[list[float], list[float]]:
    """Corners of the step curve, from 0 up; shares in percent ``of`` more than there are."""
    count = len(ordered)
    ranks = sorted({math.ceil(n * count / STEPS) for n in range(1, STEPS + 1)})
    whole = of or count
    values, shares = [ordered[0]], [0.0]
    for rank in ranks:
        values += [ordered[rank - 1]] * 2
        shares += [shares[-1], 100 * rank / whole]
    return values, shares


def scale(axes: Axes, side: str, values: Sequence[float], unit: str = "", ticks: int = 5) -> None:
    """Fit the x or y side to values, with round ticks written as the page writes numbers."""
    fitted = fit_axis(min(values), max(values), start=0.0, end=1.0, ticks=ticks)
    words = [write_number(tick) for tick in fitted.ticks]
    if side == "x":
        axes.set_xlim(fitted.low, fitted.high)
        axes.set_xticks(fitted.ticks, labels=words)
    else:
        axes.set_ylim(fitted.low, fitted.high)
        axes.set_yticks(fitted.ticks, labels=words)
        axes.grid(axis="y", color=RULE, linewidth=1)
    if unit:
        name_unit(axes, side, unit)


def scale_shares(axes: Axes, side: str = "y", ticks: Sequence[int] = (0, 25, 50, 75, 100)) -> None:
    """The other side: shares from 0 to 100 %."""
    words = [f"{tick} %" for tick in ticks]
    if side == "x":
        axes.set_xlim(0, 100)
        axes.set_xticks(ticks, labels=words)
    else:
        axes.set_ylim(0, 100)
        axes.set_yticks(ticks, labels=words)
        axes.grid(axis="y", color=RULE, linewidth=1)


def name_unit(axes: Axes, side: str, unit: str) -> None:
    """Write the unit at the end of a side, where it meets no tick."""
    at, across, offset = ((1, 0), "right", (0, -35)) if side == "x" else ((0, 1), "right", (-6, 8))
    axes.annotate(
        unit,
        at,
        xycoords="axes fraction",
        xytext=offset,
        textcoords="offset pixels",
        ha=across,
        color=MUTED,
        annotation_clip=False,
    )
