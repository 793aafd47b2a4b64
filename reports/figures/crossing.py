"""Zone crossing by distance: one walk in time, and how far away decisions fell on all walks.

Both panels share the upright axis, the distance, so that the limits of zones run through both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.figures.canvas import (
    COLOURS,
    INK,
    LIMIT,
    LINES,
    MARKERS,
    Look,
    Words,
    draw,
    panel,
    show,
)
from reports.figures.shares import finite, name_unit, scale, scale_shares, steps
from reports.wording import write_number
from rig.records.run import WalkDecision, WalkRecord, WalkSet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LARGE = 1e9  # beyond it a picture tells nothing
_KINDS = len(LINES)  # of decisions in one picture
_TOP, _HEIGHT, _LINE_PX = 20, 210, 16
_RANGES = 400  # dots of one walk


def draw_crossing(words: Words, walk: WalkRecord, walks: WalkSet) -> Markup | None:
    """``walk`` is the one that is drawn in time; None when it has no two moments to draw."""
    moments = [
        (t, true_m, ranged_m)
        for t, true_m, ranged_m in zip(walk.times_s, walk.true_m, walk.ranged_m, strict=False)
        if _drawn(t) and _drawn(true_m)
    ]
    if len(moments) < 2:
        return None
    radii = {name: radius for name, radius in walks.radii_m.items() if _drawn(radius)}
    kinds = _distances(walks)
    heard = [(t, r) for t, _, r in moments if r is not None and _drawn(r)]
    reach = [0.0, *(m for _, m, _ in moments), *(r for _, r in heard), *radii.values()]
    reach += [d for distances in kinds.values() for d in (distances[0], distances[-1])]
    top = _TOP + _LINE_PX * -(-len(kinds) // 2)

    def paint(figure: Figure) -> None:
        in_time = panel(figure, 56, top, 340, top + _HEIGHT)
        of_all = panel(figure, 372, top, 536, top + _HEIGHT)
        for axes in (in_time, of_all):
            scale(axes, "y", [min(reach), max(reach)])
            for radius in radii.values():
                axes.axhline(radius, color=LIMIT, linestyle=(0, (5, 4)), linewidth=1.3)
        of_all.tick_params(labelleft=False)
        scale(in_time, "x", [moments[0][0], moments[-1][0]], ticks=4)
        name_unit(in_time, "x", "s")
        scale_shares(of_all, "x", ticks=(0, 50, 100))
        name_unit(in_time, "y", "m")
        _add_walk(in_time, moments, heard)
        _add_names(in_time, radii)
        for number, (what, distances) in enumerate(kinds.items()):
            _add_decision(in_time, of_all, number, walk, (what, distances, len(walks.walks)))
        if kinds:
            figure.legend(loc="upper left", ncols=2, frameon=False, borderpad=0.2, columnspacing=4)

    return draw(words, top + _HEIGHT + 42, paint)


def _drawn(value: float) -> bool:
    return math.isfinite(value) and abs(value) < _LARGE


def _distances(walks: WalkSet) -> dict[str, list[float]]:
    """Of the first decision of each kind on each walk, the nearest first."""
    found: dict[str, list[float]] = {}
    for walk in walks.walks:
        first: dict[str, WalkDecision] = {}
        for decision in walk.decisions:
            first.setdefault(decision.what, decision)
        for what, decision in first.items():
            if _drawn(decision.distance_m):
                found.setdefault(what, []).append(decision.distance_m)
    return {what: finite(distances) for what, distances in list(found.items())[:_KINDS]}


def _add_walk(
    axes: Axes,
    moments: Sequence[tuple[float, float, float | None]],
    heard: Sequence[tuple[float, float]],
) -> None:
    axes.plot([t for t, _, _ in moments], [m for _, m, _ in moments], color=INK, linewidth=1.4)
    shown = heard[:: max(1, -(-len(heard) // _RANGES))]
    look: Look = {
        "marker": "o",
        "markersize": 4,
        "markerfacecolor": "#ffffff",
        "markeredgewidth": 0.8,
    }
    axes.plot([t for t, _ in shown], [r for _, r in shown], linestyle="none", color=INK, **look)


def _add_names(axes: Axes, radii: Mapping[str, float]) -> None:
    for name, radius in radii.items():
        axes.annotate(
            f"{show(name, 20)} {write_number(radius)} m",
            (axes.get_xlim()[0], radius),
            xytext=(4, 4),
            textcoords="offset pixels",
            color=LIMIT,
        )


def _add_decision(
    in_time: Axes, of_all: Axes, number: int, walk: WalkRecord, kind: tuple[str, list[float], int]
) -> None:
    what, distances, walks = kind
    colour, line, marker = COLOURS[number], LINES[number], MARKERS[number]
    values, shares = steps(distances, of=walks)
    of_all.plot(shares, values, color=colour, linestyle=line, linewidth=1.8)
    own = [(d.t_s, d.distance_m) for d in walk.decisions if d.what == what]
    own = [(t, m) for t, m in own if _drawn(t) and _drawn(m)]
    look: Look = {"color": colour, "marker": marker, "markersize": 9}
    in_time.plot([t for t, _ in own], [m for _, m in own], linestyle="none", **look)
    in_time.plot([], [], label=show(what, 26), linestyle=line, color=colour, marker=marker)
