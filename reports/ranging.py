"""Surveys and walks of a run: where ranges were how wrong, and where decisions fell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.figures.canvas import Words
from reports.figures.crossing import draw_crossing
from reports.figures.range_map import bias_of, draw_range_map, on_the_plan
from reports.language import _, ngettext
from reports.trials import Trial
from reports.wording import write_fixed, write_number, write_numbers, write_span
from rig.records.run import (
    CalibrationRecord,
    RangeMap,
    RangePosition,
    Result,
    Statistic,
    WalkRecord,
    WalkSet,
)

FIGURES = ("bias", "sd", "robust sd", "p95 of the error", "outliers", "availability")
SHARES = ("outliers", "availability")
DRAWN = 24  # pictures of surveys, and of walks, on one page: some 30 ms and 7 kB each


@dataclass(frozen=True, slots=True)
class Figure:
    """One statistic as it is written."""

    value: str
    interval: str  # "" when there is none


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One anchor's positions in one survey and condition. ``number`` is its anchor on the page."""

    number: int
    trial: Trial
    result: Result
    survey: RangeMap
    anchor: str
    condition: str
    rows: tuple[tuple[RangePosition, tuple[Figure | None, ...]], ...]
    calibration: CalibrationRecord | None
    picture: Markup | None


@dataclass(frozen=True, slots=True)
class Crossed:
    """How far away one kind of decision fell, over the walks of a set."""

    what: str
    walks: int
    figures: tuple[tuple[str, Figure], ...]
    distances: str  # every walk's, in their order


@dataclass(frozen=True, slots=True)
class Walked:
    """The walks of one kind. ``drawn`` is the one nearest to the middle."""

    number: int
    trial: Trial
    result: Result
    walks: WalkSet
    crossed: tuple[Crossed, ...]
    silent: int  # walks without any decision
    drawn: WalkRecord | None
    picture: Markup | None


def list_surveys(trials: Sequence[Trial]) -> tuple[Surveyed, ...]:
    """All surveys of all attempts in plan order, one entry an anchor and condition."""
    rows = [
        (trial, result, survey, key)
        for trial in trials
        for result in trial.attempts
        for survey in result.range_maps
        for key in dict.fromkeys((p.anchor, p.condition) for p in survey.positions)
    ]
    return tuple(_surveyed(n, *row) for n, row in enumerate(rows, 1))


def list_walks(trials: Sequence[Trial]) -> tuple[Walked, ...]:
    """All sets of walks of all attempts, in plan order."""
    rows = [(t, r, walks) for t in trials for r in t.attempts for walks in r.walks]
    return tuple(_walked(n, *row) for n, row in enumerate(rows, 1))


def _surveyed(
    number: int, trial: Trial, result: Result, survey: RangeMap, key: tuple[str, str]
) -> Surveyed:
    anchor, condition = key
    positions = [p for p in survey.positions if (p.anchor, p.condition) == key]
    return Surveyed(
        number=number,
        trial=trial,
        result=result,
        survey=survey,
        anchor=anchor,
        condition=condition,
        rows=tuple((p, tuple(_figure(p.statistics, name) for name in FIGURES)) for p in positions),
        calibration=next((c for c in survey.calibrations if c.anchor == anchor), None),
        picture=_plan(number, anchor, survey, positions) if number <= DRAWN else None,
    )


def _figure(statistics: Sequence[Statistic], name: str) -> Figure | None:
    found = next((s for s in statistics if s.name == name), None)
    return None if found is None else _written(found, _hundredths, " %" if name in SHARES else "")


def _hundredths(value: float) -> str:
    """A share in percent or a distance in centimetres, to one digit behind the point."""
    return write_fixed(100 * value, 1)


def _written(
    statistic: Statistic, write: Callable[[float], str] = write_number, unit: str = ""
) -> Figure:
    value = f"{write(statistic.value)}{unit}"
    if statistic.low is None or statistic.high is None:
        return Figure(value, "")
    return Figure(value, write_span(write(statistic.low), f"{write(statistic.high)}{unit}"))


def _walked(number: int, trial: Trial, result: Result, walks: WalkSet) -> Walked:
    drawn = _typical(walks)
    return Walked(
        number=number,
        trial=trial,
        result=result,
        walks=walks,
        crossed=tuple(_crossed(what, walks) for what in walks.crossings),
        silent=sum(not walk.decisions for walk in walks.walks),
        drawn=drawn,
        picture=_crossing(number, drawn, walks) if drawn and number <= DRAWN else None,
    )


def _crossed(what: str, walks: WalkSet) -> Crossed:
    distances = [m for walk in walks.walks if (m := _first(walk, what)) is not None]
    return Crossed(
        what=what,
        walks=len(distances),
        figures=tuple((s.name, _written(s)) for s in walks.crossings[what]),
        distances=write_numbers(distances),
    )


def _first(walk: WalkRecord, what: str) -> float | None:
    return next((d.distance_m for d in walk.decisions if d.what == what), None)


def _typical(walks: WalkSet) -> WalkRecord | None:
    """The walk whose first decision is the middle one; where none decided, the first."""
    decided = [walk for walk in walks.walks if walk.decisions]
    if not decided:
        return walks.walks[0] if walks.walks else None
    return sorted(decided, key=lambda walk: walk.decisions[0].distance_m)[(len(decided) - 1) // 2]


def _plan(
    number: int, anchor: str, survey: RangeMap, positions: Sequence[RangePosition]
) -> Markup | None:
    shown = on_the_plan(positions)
    biases = [bias for p in shown if (bias := bias_of(p)) is not None]
    said = ngettext("Plan of %(num)s position.", "Plan of %(num)s positions.", len(shown))
    text = said % {"num": len(shown)}
    if biases:
        low, high = (write_number(100 * bias) for bias in (min(biases), max(biases)))
        text += " " + _("Bias from %(low)s to %(high)s cm.") % {"low": low, "high": high}
    if silent := len(shown) - len(biases):
        text += " " + _("Nothing was measured at %(num)s.") % {"num": silent}
    title = _("Bias of %(anchor)s by position, in cm") % {"anchor": anchor}
    text += " " + _("The table below has every position.")
    return draw_range_map(Words(f"s{number}", title, text), positions, survey.cell_m)


def _crossing(number: int, walk: WalkRecord, walks: WalkSet) -> Markup | None:
    told = [
        _("%(what)s after %(time)s s at %(distance)s m")
        % {
            "what": d.what,
            "time": write_number(d.t_s),
            "distance": write_number(d.distance_m),
        }
        for d in walk.decisions
    ]
    said = _("Walk %(number)s: %(decisions)s.")
    parts = [said % {"number": walk.number, "decisions": ", ".join(told) or _("no decision")}]
    for what, found in walks.crossings.items():
        figures = {s.name: write_number(s.value) for s in found}
        middle = figures.get("p50") or figures.get("mean")
        if middle:
            said = _("Over all walks %(what)s at %(distance)s m (P50 or mean).")
            parts.append(said % {"what": what, "distance": middle})
    title = _("%(name)s: zone crossing by distance") % {"name": walks.name}
    return draw_crossing(Words(f"w{number}", title, " ".join(parts)), walk, walks)
