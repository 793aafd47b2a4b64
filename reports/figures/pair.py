"""One quantity in two runs, both distributions in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.figures.canvas import COLOURS, LINES, MARKERS, WIDTH, Look, Words, draw, panel, show
from reports.figures.shares import finite, quantile, scale, scale_shares, steps

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MARKED = (50, 95)


def draw_pair(
    words: Words,
    unit: str,
    before: tuple[str, Sequence[float]],
    after: tuple[str, Sequence[float]],
) -> Markup | None:
    """Two step curves with marks at P50 and P95; None when a run has nothing to draw."""
    runs = [(name, finite(samples)) for name, samples in (before, after)]
    if not all(samples for _, samples in runs):
        return None
    reach = [s for _, samples in runs for s in (samples[0], samples[-1])]

    def paint(figure: Figure) -> None:
        axes = panel(figure, 56, 32, 536, 172)
        scale(axes, "x", reach, show(unit, 20))
        scale_shares(axes, ticks=(0, 50, 100))
        for number, (name, samples) in enumerate(runs):
            look: Look = {"color": COLOURS[number], "marker": MARKERS[number], "markersize": 5}
            axes.plot(*steps(samples), color=COLOURS[number], linestyle=LINES[number])
            axes.plot([quantile(samples, p) for p in _MARKED], _MARKED, linestyle="none", **look)
            axes.plot([], [], linestyle=LINES[number], label=show(name, 26), **look)
        figure.legend(
            loc="upper left",
            bbox_to_anchor=(50 / WIDTH, 1.0),
            ncols=2,
            frameon=False,
            borderpad=0.2,
            handlelength=3.2,
            columnspacing=4,
        )

    return draw(words, 214, paint)
