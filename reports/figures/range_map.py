"""A survey from above: a square a position, larger and darker the further its ranges are off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from reports.figures.canvas import INK, MUTED, RULE, Look, Words, draw, panel
from reports.figures.shares import name_unit
from reports.plots.axis import fit_axis
from reports.wording import write_number
from rig.records.run import RangePosition

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POSITIONS = 1200  # in one picture
_LEFT, _WIDEST, _TALLEST, _LEAST_CELL, _MOST_CELL = 56, 480.0, 440.0, 3.0, 44.0
_WRITTEN = 22.0  # narrower squares have no room for a number
_TOP = 14


class Shade(NamedTuple):
    """How a bias is drawn: the part of a square's width is what tells it without colour."""

    below_m: float
    part: float
    colour: str
    ink: str


SHADES = (
    Shade(0.1, 0.5, "#dcebe4", INK),
    Shade(0.3, 0.68, "#a9cfc0", INK),
    Shade(0.5, 0.84, "#e3b35c", INK),
    Shade(math.inf, 0.98, "#8c2f2f", "#ffffff"),
)


def bias_of(position: RangePosition) -> float | None:
    """The mean error of a position in metres; None where nothing was measured."""
    found = (s.value for s in position.statistics if s.name == "bias")
    bias = next(found, None)
    return bias if bias is not None and math.isfinite(bias) else None


def shade_of(bias_m: float) -> Shade:
    """How this bias is drawn."""
    return next(shade for shade in SHADES if abs(bias_m) < shade.below_m)


def on_the_plan(positions: Sequence[RangePosition]) -> list[RangePosition]:
    """Those that are somewhere."""
    return [p for p in positions if math.isfinite(p.x_m) and math.isfinite(p.y_m)]


def draw_range_map(
    words: Words, positions: Sequence[RangePosition], cell_m: float
) -> Markup | None:
    """A plan of one anchor's positions, both axes on one scale.

    None when there is nothing to draw, or more positions than a picture holds.
    """
    shown = on_the_plan(positions)
    if not 0 < len(shown) <= POSITIONS:
        return None
    half = cell_m / 2 if math.isfinite(cell_m) and cell_m > 0 else 0.5
    xs, ys = [p.x_m for p in shown], [p.y_m for p in shown]
    wide, tall = max(xs) - min(xs) + 2 * half, max(ys) - min(ys) + 2 * half
    pixels = min(_WIDEST / wide, _TALLEST / tall, _MOST_CELL / (2 * half))
    bottom = _TOP + tall * pixels

    def paint(figure: Figure) -> None:
        axes = panel(figure, _LEFT, _TOP, _LEFT + wide * pixels, bottom)
        axes.spines["bottom"].set_visible(False)
        axes.set_xlim(min(xs) - half, max(xs) + half)
        axes.set_ylim(min(ys) - half, max(ys) + half)
        _add_ticks(axes)
        _add_squares(axes, shown, half, pixels)
        name_unit(axes, "x", "m")

    return draw(words, round(bottom + 42), paint)


def _add_ticks(axes: Axes) -> None:
    for (low, high), put in (
        (axes.get_xlim(), axes.set_xticks),
        (axes.get_ylim(), axes.set_yticks),
    ):
        marks = [t for t in fit_axis(low, high, start=0, end=1).ticks if low <= t <= high]
        put(marks, labels=[write_number(t) for t in marks])


def _add_squares(
    axes: Axes, positions: Sequence[RangePosition], half: float, pixels: float
) -> None:
    size = max(2 * half * pixels, _LEAST_CELL)
    frame: Look = {"marker": "s", "linestyle": "none", "markerfacecolor": "none"}
    xs, ys = [p.x_m for p in positions], [p.y_m for p in positions]
    if size >= _WRITTEN:
        axes.plot(xs, ys, color=RULE, markersize=size, markeredgewidth=1, **frame)
    for shade in SHADES:
        alike = [p for p in positions if (b := bias_of(p)) is not None and shade_of(b) is shade]
        look: Look = {
            "marker": "s",
            "markersize": max(size * shade.part, 1.5),
            "markeredgewidth": 0,
        }
        xs, ys = [p.x_m for p in alike], [p.y_m for p in alike]
        axes.plot(xs, ys, linestyle="none", color=shade.colour, **look)
    silent = [p for p in positions if bias_of(p) is None]
    cross: Look = {"marker": "x", "linestyle": "none", "markersize": min(size / 2, 12)}
    axes.plot([p.x_m for p in silent], [p.y_m for p in silent], color=MUTED, **cross)
    if size >= _WRITTEN:
        _add_numbers(axes, positions)


def _add_numbers(axes: Axes, positions: Sequence[RangePosition]) -> None:
    for position in positions:
        if (bias := bias_of(position)) is not None:
            ink = shade_of(bias).ink
            at = (position.x_m, position.y_m)
            axes.text(*at, f"{100 * bias:+.0f}", color=ink, ha="center", va="center_baseline")
