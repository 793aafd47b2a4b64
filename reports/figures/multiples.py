"""Small multiples: the same quantity phone by phone, each against all others, on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.figures.canvas import COLOURS, INK, LIMIT, Look, Words, draw, panel, show
from reports.figures.shares import finite, quantile, scale, scale_shares, steps
from reports.wording import write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DRAWN = 12  # panels in one picture
_COLUMNS = ((50, 268), (320, 538))
_ROW_PX, _HEAD_PX, _BODY_PX = 158, 34, 88
_OTHERS = "#9aa4b0"


def draw_multiples(
    words: Words, unit: str, phones: Mapping[str, Sequence[float]], limits: Sequence[float] = ()
) -> Markup | None:
    """A panel a phone; None when fewer than two of them have samples.

    The grey curve is of all others together, the dashed line is a limit if it is within reach.
    """
    found = {name: s for name, samples in phones.items() if (s := finite(samples))}
    if len(found) < 2:
        return None
    shown = list(found.items())[:DRAWN]
    low, high = min(s[0] for s in found.values()), max(s[-1] for s in found.values())
    reached = [b for b in finite(limits) if high - low >= 0.2 * (max(high, b) - min(low, b))]

    def paint(figure: Figure) -> None:
        for (name, samples), axes in zip(shown, cells(figure, len(shown)), strict=True):
            scale(axes, "x", [low, high, *reached], ticks=3)
            scale_shares(axes, ticks=(0, 50, 100))
            others = sorted(s for n, more in found.items() if n != name for s in more)
            axes.plot(*steps(others), color=_OTHERS, linewidth=1.2)
            for bound in reached:
                axes.axvline(bound, color=LIMIT, linestyle=(0, (5, 4)), linewidth=1.2)
            _add_own(axes, samples)
            middle = f"P50 {write_number(quantile(samples, 50))} {show(unit, 12)}"
            title(axes, name, f"{middle}, n = {len(samples)}")

    return draw(words, height(len(shown)), paint)


def height(count: int) -> int:
    """Pixels of a picture with so many panels."""
    return _ROW_PX * -(-count // len(_COLUMNS))


def cells(figure: Figure, count: int) -> Iterator[Axes]:
    """Axes of so many panels, row by row."""
    for number in range(count):
        row, column = divmod(number, len(_COLUMNS))
        left, right = _COLUMNS[column]
        top = row * _ROW_PX + _HEAD_PX
        yield panel(figure, left, top, right, top + _BODY_PX)


def title(axes: Axes, name: str, figures: str) -> None:
    """Two lines above a panel: whose it is, and its figures."""
    at: Look = {
        "xycoords": "axes fraction",
        "textcoords": "offset pixels",
        "annotation_clip": False,
    }
    axes.annotate(show(name, 26), (0, 1), xytext=(0, 20), color=INK, **at)
    axes.annotate(figures, (0, 1), xytext=(0, 6), color=COLOURS[0], **at)


def _add_own(axes: Axes, samples: Sequence[float]) -> None:
    axes.plot(*steps(samples), color=COLOURS[0], linewidth=2)
    axes.plot([quantile(samples, 50)], [50], color=COLOURS[0], marker="o", markersize=5)
