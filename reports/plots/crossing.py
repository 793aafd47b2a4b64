"""One walk: the distance over time as it was and as it was ranged, and when decisions fell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.language import _
from reports.plots.axis import Axis, fit_axis
from reports.wording import write_number
from rig.records.run import WalkDecision, WalkRecord

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 536, 34, 194
_LARGE = 1e9  # beyond it a plot tells nothing


@dataclass(frozen=True, slots=True)
class Radius:
    """The limit of a zone."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, at its time and true distance."""

    x: float
    y: float
    label: str
    anchor: str
    text_y: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """Everything the template needs to draw one walk."""

    path: str
    dots: tuple[tuple[float, float], ...]
    radii: tuple[Radius, ...]
    decisions: tuple[Decided, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    description: str


def plot_crossing(walk: WalkRecord, radii_m: Mapping[str, float]) -> Crossing | None:
    """Lay out a walk; None when it has no two moments to draw."""
    moments = [
        (t, true_m, ranged_m)
        for t, true_m, ranged_m in zip(walk.times_s, walk.true_m, walk.ranged_m, strict=False)
        if _drawn(t) and _drawn(true_m)
    ]
    if len(moments) < 2:
        return None
    decisions = [d for d in walk.decisions if _drawn(d.t_s) and _drawn(d.distance_m)]
    radii = {name: radius for name, radius in radii_m.items() if _drawn(radius)}
    ranged = [(t, r) for t, _, r in moments if r is not None and _drawn(r)]
    times = [t for t, _, _ in moments]
    reach = [m for _, m, _ in moments] + [r for _, r in ranged] + list(radii.values())
    x = fit_axis(min(times), max(times), start=LEFT, end=RIGHT)
    y = fit_axis(min(0.0, *reach), max(reach), start=BOTTOM, end=TOP)
    points = "L".join(f"{x.at(t)} {y.at(m)}" for t, m, _ in moments)
    return Crossing(
        path=f"M{points}",
        dots=tuple((x.at(t), y.at(r)) for t, r in ranged),
        radii=tuple(Radius(y.at(r), f"{n} {write_number(r)} m") for n, r in radii.items()),
        decisions=tuple(_decided(d, n, x, y) for n, d in enumerate(decisions)),
        x_ticks=tuple((x.at(t), write_number(t)) for t in x.ticks),
        y_ticks=tuple((y.at(t), write_number(t)) for t in y.ticks),
        description=_describe(walk, moments[0][1], moments[-1][1], decisions),
    )


def _drawn(value: float) -> bool:
    return math.isfinite(value) and abs(value) < _LARGE


def _decided(decision: WalkDecision, number: int, x: Axis, y: Axis) -> Decided:
    at = x.at(decision.t_s)
    return Decided(
        x=at,
        y=y.at(decision.distance_m),
        label=_("%(what)s at %(distance)s m")
        % {"what": decision.what, "distance": write_number(decision.distance_m)},
        anchor="end" if at > (LEFT + RIGHT) / 2 else "start",
        text_y=TOP - 20 + 13 * (number % 2),
    )


def _describe(
    walk: WalkRecord, from_m: float, to_m: float, decisions: Sequence[WalkDecision]
) -> str:
    said = [
        _("%(what)s after %(time)s s at %(distance)s m")
        % {
            "what": d.what,
            "time": write_number(d.t_s),
            "distance": write_number(d.distance_m),
        }
        for d in decisions
    ]
    return _("Walk %(number)s from %(from_m)s to %(to_m)s m: %(told)s.") % {
        "number": walk.number,
        "from_m": write_number(from_m),
        "to_m": write_number(to_m),
        "told": ", ".join(said) or _("no decision"),
    }
