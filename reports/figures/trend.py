"""A trend over the nights: centres, the frozen baseline, and what was found since.

A night's centre is what `reports.regression` judges: with the golden device divided out where the
baseline says so. Each kind of night has a mark of its own, so that nothing is told by colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.figures import multiples
from reports.figures.canvas import COLOURS, INK, LIMIT, MUTED, WIDTH, Look, Words, draw, panel, show
from reports.figures.shares import name_unit, scale
from reports.language import _
from reports.regression.baseline import Baseline
from reports.regression.series import Night, Scale, Series, centres, golden_centres, is_full
from reports.wording import write_day, write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BAND = 2.0  # spreads to either side of the baseline: of unchanged nights, some 95 in 100 lie within
NIGHTS, NIGHTS_OF_A_PANEL = 250, 120  # the newest; tables have all
_TOP, _HEIGHT = 54, 190
_BAND_COLOUR, _WATCH_COLOUR = "#dbe5f2", "#9a6200"
_LARGE = 1e15


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on the nights of a series.

    ``since`` are first nights of changes, ``alerts`` and ``watches`` nights that were told of.
    """

    since: tuple[date, ...] = ()
    alerts: frozenset[date] = frozenset()
    watches: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Point:
    """One night as it is drawn, in the metric's unit. What cannot be compared is not ``full``."""

    night: date
    value: float
    low: float  # a tenth of the night's samples lies below, another above high
    high: float
    full: bool


def points(series: Series, baseline: Baseline | None) -> tuple[Point, ...]:
    """The nights that have a sample, as they are drawn."""
    return tuple(_point(series, night, baseline) for night in series.nights if len(night.samples))


def draw_trend(
    words: Words, series: Series, baseline: Baseline | None, found: Found
) -> Markup | None:
    """Centres over nights; None when there is none to draw."""
    nights = _drawable(points(series, baseline), NIGHTS)
    if not nights:
        return None

    def paint(figure: Figure) -> None:
        axes = panel(figure, 56, _TOP, 536, _TOP + _HEIGHT)
        _fit(axes, nights, baseline, show(series.unit, 20))
        _add_baseline(axes, baseline, nights[-1].night)
        _add_changes(axes, found.since)
        tenths: Look = {"colors": MUTED, "linewidth": 0.8}
        axes.vlines(_days(nights), [n.low for n in nights], [n.high for n in nights], **tenths)
        _add_nights(axes, nights, found)
        figure.legend(
            loc="upper left",
            bbox_to_anchor=(50 / WIDTH, 1.0),
            ncols=3,
            frameon=False,
            borderpad=0.2,
            handlelength=1.6,
            columnspacing=4,  # narrow screens write larger
            labelspacing=0.3,
        )

    return draw(words, _TOP + _HEIGHT + 30, paint)


def draw_trends(
    words: Words, trends: Sequence[tuple[str, Series, Baseline | None, Found]]
) -> Markup | None:
    """Small multiples: a panel a named series of one unit; None for fewer than two."""
    drawn = [
        (name, _drawable(points(series, baseline), NIGHTS_OF_A_PANEL), baseline, found)
        for name, series, baseline, found in trends
    ]
    drawn = [one for one in drawn if one[1]][: multiples.DRAWN]
    if len(drawn) < 2:
        return None
    days = [night for _, nights, *_ in drawn for night in nights]

    def paint(figure: Figure) -> None:
        panels = multiples.cells(figure, len(drawn))
        for (name, nights, baseline, found), axes in zip(drawn, panels, strict=True):
            _fit(axes, days, None, ticks=3)
            _add_baseline(axes, baseline, nights[-1].night)
            _add_nights(axes, nights, found)
            last = f"{write_number(nights[-1].value)} {show(trends[0][1].unit, 12)}"
            multiples.title(axes, name, f"{write_day(nights[-1].night)}: {last}")

    return draw(words, multiples.height(len(drawn)), paint)


def _point(series: Series, night: Night, baseline: Baseline | None) -> Point:
    value = float(centres([night], series.scale)[0])
    off = _bench(series, night, baseline)
    full = baseline.takes(night) if baseline is not None else is_full(night)
    ordered = sorted(float(s) for s in night.samples)
    tenth = len(ordered) // 10
    low, high = ordered[tenth], ordered[-1 - tenth]
    if series.scale is Scale.DIFFERENCE:
        return Point(night.date, value - off, low - off, high - off, full)
    factor = math.exp(-off)
    return Point(night.date, math.exp(value) * factor, low * factor, high * factor, full)


def _bench(series: Series, night: Night, baseline: Baseline | None) -> float:
    """What the golden device says that the bench was off that night; 0 without one."""
    if baseline is None or baseline.weight is None or night.golden is None:
        return 0.0
    if not len(night.golden):
        return 0.0
    golden = float(golden_centres([night], series.scale)[0])
    return baseline.weight * (golden - baseline.golden_level)


def _drawable(nights: Iterable[Point], most: int) -> list[Point]:
    drawn = [n for n in nights if all(abs(v) < _LARGE for v in (n.value, n.low, n.high))]
    return drawn[-most:]


def _band(baseline: Baseline) -> tuple[float, float]:
    half = BAND * baseline.spread
    if baseline.scale is Scale.DIFFERENCE:
        return baseline.level - half, baseline.level + half
    return baseline.centre * math.exp(-half), baseline.centre * math.exp(half)


def _days(nights: Iterable[Point]) -> list[int]:
    return [night.night.toordinal() for night in nights]


def _fit(
    axes: Axes, nights: Sequence[Point], baseline: Baseline | None, unit: str = "", ticks: int = 5
) -> None:
    reach = [v for n in nights for v in (n.low, n.high, n.value)]
    scale(axes, "y", [*reach, *(_band(baseline) if baseline else ())], ticks=ticks)
    if unit:
        name_unit(axes, "y", unit)
    days = _days(nights)
    first, last = min(days), max(days)
    axes.set_xlim(first - 0.6, last + 0.6)
    marks = sorted({first + round((last - first) * n / (ticks - 2)) for n in range(ticks - 1)})
    days_there = [date.fromordinal(day) for day in marks]
    names = [write_day(day) if ticks > 3 else _without_year(day) for day in days_there]
    axes.set_xticks(marks, labels=names)
    if len(marks) > 1:  # the outer names stay on the canvas
        labels = axes.get_xticklabels()
        labels[0].set_horizontalalignment("left")
        labels[-1].set_horizontalalignment("right")


def _without_year(day: date) -> str:
    return write_day(day).replace(str(day.year), "").lstrip("-")


def _add_baseline(axes: Axes, baseline: Baseline | None, last: date) -> None:
    """Solid on the nights that froze it, dashed where others are held against it."""
    if baseline is None:
        return
    low, high = _band(baseline)
    left, right = axes.get_xlim()
    frozen, end = baseline.last.toordinal(), min(last.toordinal() + 0.6, right)
    begin = max(baseline.first.toordinal() - 0.6, left)
    axes.fill_between([begin, end], [low] * 2, [high] * 2, color=_BAND_COLOUR, linewidth=0)
    line: Look = {"color": COLOURS[0], "linewidth": 1.4}
    if frozen >= left:
        label = _("baseline, frozen") + f" ({baseline.nights})"
        axes.plot([begin, frozen + 0.5], [baseline.centre] * 2, label=label, **line)
    axes.plot([max(frozen + 0.5, left), end], [baseline.centre] * 2, linestyle=(0, (5, 3)), **line)


def _add_changes(axes: Axes, since: Iterable[date]) -> None:
    left, right = axes.get_xlim()
    for number, night in enumerate(n for n in since if left <= n.toordinal() <= right):
        at = night.toordinal() - 0.5  # between the last night before and the first one after
        label = _("change since") if number == 0 else ""
        axes.axvline(at, color=LIMIT, linestyle=(0, (1, 1.5)), linewidth=1.5, label=label)
        near_the_end = at > (left + right) / 2
        axes.annotate(
            write_day(night),
            (at, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-4 if near_the_end else 4, -10),
            textcoords="offset pixels",
            ha="right" if near_the_end else "left",
            color=LIMIT,
        )


def _add_nights(axes: Axes, nights: Sequence[Point], found: Found) -> None:
    kinds: dict[str, tuple[list[Point], Look]] = {
        _("night"): ([], {"marker": "o", "color": INK, "markersize": 4.5}),
        _("watched"): ([], {"marker": "D", "color": _WATCH_COLOUR, "markerfacecolor": "#ffffff"}),
        _("alert"): ([], {"marker": "^", "color": LIMIT, "markersize": 8}),
        _("not compared"): ([], {"marker": "x", "color": MUTED}),
    }
    usual, watched, alert, thin = (kept for kept, _look in kinds.values())
    for night in nights:
        if night.night in found.alerts:
            alert.append(night)
        elif night.night in found.watches:
            watched.append(night)
        else:
            (usual if night.full else thin).append(night)
    for name, (kept, look) in kinds.items():
        if kept:
            values = [night.value for night in kept]
            axes.plot(_days(kept), values, linestyle="none", label=name, **look)
