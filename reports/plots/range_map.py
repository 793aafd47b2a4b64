"""A survey from above: one square a position, with the bias of its ranges in centimetres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reports.language import _, later, ngettext
from reports.plots.axis import Axis, fit_axis
from reports.wording import write_number
from rig.records.run import RangePosition

WIDTH, LEFT, RIGHT, TOP = 560, 56, 536, 12
_TALLEST, _LEAST_CELL, _MOST_CELL = 440.0, 3.0, 44.0
_WRITTEN = 24.0  # narrower squares have no room for a number
SHADES = (
    (0.1, later("below 10 cm")),
    (0.3, later("10 to 30 cm")),
    (0.5, later("30 to 50 cm")),
    (math.inf, later("50 cm on")),
)
NOTHING = len(SHADES)  # the shade of a position where nothing was measured


@dataclass(frozen=True, slots=True)
class Cell:
    """One position: the corner of its square, its shade and what is written on it."""

    x: float
    y: float
    shade: int
    label: str


@dataclass(frozen=True, slots=True)
class RangeMapPlot:
    """Everything the template needs to draw one anchor's survey."""

    height: float
    bottom: float
    size: float
    cells: tuple[Cell, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    shades: tuple[tuple[int, str], ...]  # those that occur, with their meaning
    description: str


def plot_range_map(positions: Sequence[RangePosition], cell_m: float) -> RangeMapPlot | None:
    """Lay out the positions of one anchor; None when there is nothing to draw.

    Both axes have one scale, so that the figure is a plan; positions off the numbers are left out.
    """
    shown = [p for p in positions if math.isfinite(p.x_m) and math.isfinite(p.y_m)]
    if not shown:
        return None
    half = cell_m / 2 if math.isfinite(cell_m) and cell_m > 0 else 0.5
    xs, ys = [p.x_m for p in shown], [p.y_m for p in shown]
    wide, tall = max(xs) - min(xs) + 2 * half, max(ys) - min(ys) + 2 * half
    scale = min((RIGHT - LEFT) / wide, _TALLEST / tall, _MOST_CELL / (2 * half))
    x = Axis(min(xs) - half, max(xs) + half, LEFT, LEFT + wide * scale, ())
    y = Axis(min(ys) - half, max(ys) + half, TOP + tall * scale, TOP, ())
    size = max(round(2 * half * scale, 1), _LEAST_CELL)
    cells = tuple(_cell(p, x, y, size) for p in shown)
    return RangeMapPlot(
        height=round(y.start + 40, 1),
        bottom=round(y.start, 1),
        size=size,
        cells=cells,
        x_ticks=_ticks(x),
        y_ticks=_ticks(y),
        shades=tuple((n, _meaning(n)) for n in sorted({c.shade for c in cells})),
        description=_describe(shown),
    )


def bias_of(position: RangePosition) -> float | None:
    """The mean error of a position in metres; None where nothing was measured."""
    found = (s.value for s in position.statistics if s.name == "bias")
    bias = next(found, None)
    return bias if bias is not None and math.isfinite(bias) else None


def _cell(position: RangePosition, x: Axis, y: Axis, size: float) -> Cell:
    bias = bias_of(position)
    label = ""
    if size >= _WRITTEN:
        label = "-" if bias is None else f"{100 * bias:+.0f}"
    left, top = x.at(position.x_m) - size / 2, y.at(position.y_m) - size / 2
    return Cell(round(left, 1), round(top, 1), _shade(bias), label)


def _shade(bias: float | None) -> int:
    if bias is None:
        return NOTHING
    return next(n for n, (below, _) in enumerate(SHADES) if abs(bias) < below)


def _meaning(shade: int) -> str:
    return _("nothing measured") if shade == NOTHING else _(SHADES[shade][1])


def _ticks(axis: Axis) -> tuple[tuple[float, str], ...]:
    marks = fit_axis(axis.low, axis.high, start=axis.start, end=axis.end).ticks
    return tuple((axis.at(t), write_number(t)) for t in marks if axis.holds(t))


def _describe(positions: Sequence[RangePosition]) -> str:
    biases = [bias for p in positions if (bias := bias_of(p)) is not None]
    number = len(positions)
    said = [ngettext("Plan of %(num)s position.", "Plan of %(num)s positions.", number)]
    if biases:
        said.append(_("Bias from %(low)s to %(high)s cm."))
    if silent := number - len(biases):
        said.append(_("Nothing was measured at %(silent)s."))
    low, high = (write_number(100 * f(biases, default=0.0)) for f in (min, max))
    return " ".join(said) % {"num": number, "low": low, "high": high, "silent": silent}
