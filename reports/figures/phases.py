"""Latency by phase: the distribution of each phase, and of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.figures.canvas import (
    COLOURS,
    INK,
    LINES,
    MARKERS,
    WIDTH,
    Look,
    Words,
    draw,
    panel,
    show,
)
from reports.figures.shares import finite, name_unit, quantile, scale, scale_shares, steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DRAWN = len(LINES)  # phases in one picture; more could not be told apart
_LINE_PX, _COLUMNS = 18, 2


def draw_phases(
    words: Words,
    unit: str,
    whole: tuple[str, Sequence[float]],
    phases: Mapping[str, Sequence[float]],
) -> Markup | None:
    """A step curve a phase and one of the named whole; None when there is nothing to draw.

    Marks stand at P50 and P95. Phases beyond DRAWN are left out.
    """
    drawn = {n: s for n, samples in phases.items() if (s := finite(samples))}
    drawn = dict(list(drawn.items())[:DRAWN])
    total = finite(whole[1])
    if not drawn or not total:
        return None
    top = 14 + _LINE_PX * -(-(len(drawn) + 1) // _COLUMNS)

    def paint(figure: Figure) -> None:
        axes = panel(figure, 56, top, 536, top + 180)
        scale(axes, "x", [0.0, total[0], total[-1], *(s[-1] for s in drawn.values())])
        name_unit(axes, "x", show(unit, 20))
        scale_shares(axes)
        for number, (name, samples) in enumerate(drawn.items()):
            _add_curve(axes, name, samples, number)
        values, shares = steps(total)
        axes.plot(values, shares, color=INK, linewidth=2.4, label=show(whole[0], 26))
        figure.legend(
            loc="upper left",
            bbox_to_anchor=(50 / WIDTH, 1.0),
            ncols=_COLUMNS,
            frameon=False,
            borderpad=0.2,
            handlelength=3.2,
            columnspacing=4,
            labelspacing=0.35,
        )

    return draw(words, top + 222, paint)


def _add_curve(axes: Axes, name: str, samples: Sequence[float], number: int) -> None:
    values, shares = steps(samples)
    colour = COLOURS[number]
    axes.plot(values, shares, color=colour, linestyle=LINES[number], linewidth=1.6)
    marks = [quantile(samples, 50), quantile(samples, 95)]
    look: Look = {"color": colour, "marker": MARKERS[number], "markersize": 5}
    axes.plot(marks, [50, 95], linestyle="none", **look)
    axes.plot([], [], label=show(name, 26), linestyle=LINES[number], **look)
