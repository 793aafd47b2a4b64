"""The empirical distribution of a measurement: which share of samples stayed within a value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reports.language import _
from reports.plots.axis import Axis, fit_axis
from reports.wording import say_relation, say_statistic, write_number
from rig.records.run import Limit, Measurement, Statistic

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 536, 34, 194
_POINTS = 200  # more samples than this are thinned to quantiles
_TABLE = (0, 5, 10, 25, 50, 75, 90, 95, 99, 100)
_LARGE = 1e15  # beyond it a plot tells nothing and rounding misbehaves


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit on the plot, or at the edge when it lies far outside the samples."""

    x: float
    label: str
    beyond: bool
    anchor: str
    y: float


@dataclass(frozen=True, slots=True)
class QuantileMark:
    """An estimate with its confidence interval, drawn at the height of its quantile."""

    x: float
    y: float
    low: float | None
    high: float | None
    label: str


@dataclass(frozen=True, slots=True)
class Ecdf:
    """Everything the template needs to draw one distribution."""

    path: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    limits: tuple[LimitLine, ...]
    marks: tuple[QuantileMark, ...]
    table: tuple[tuple[str, str], ...]
    description: str


def plot_ecdf(measurement: Measurement) -> Ecdf | None:
    """Lay out the distribution of a measurement's samples; None when there is nothing to draw."""
    samples = sorted(s for s in measurement.samples if math.isfinite(s) and abs(s) < _LARGE)
    if not samples:
        return None
    limits = _unique([j.limit for j in measurement.judgements if abs(j.limit.bound) < _LARGE])
    low, high = _reach(samples, [limit.bound for limit in limits])
    x = fit_axis(low, high, start=LEFT, end=RIGHT)
    y = fit_axis(0.0, 1.0, start=BOTTOM, end=TOP)
    unit = measurement.unit
    return Ecdf(
        path=_path(samples, x, y),
        x_ticks=tuple((x.at(t), write_number(t)) for t in x.ticks),
        y_ticks=tuple((y.at(t), f"{t * 100:.0f} %") for t in y.ticks),
        limits=tuple(_line(limit, n, x, unit) for n, limit in enumerate(limits)),
        marks=tuple(m for s in measurement.statistics if (m := _mark(s, x, y))),
        table=tuple((_rank(p), write_number(_quantile(samples, p))) for p in _TABLE),
        description=_describe(measurement, samples, limits),
    )


def _unique(limits: list[Limit]) -> list[Limit]:
    return list(dict.fromkeys(limits))


def _reach(samples: Sequence[float], bounds: Sequence[float]) -> tuple[float, float]:
    """The range to show: a limit is on the plot unless it would flatten the samples."""
    low, high = samples[0], samples[-1]
    for bound in bounds:
        wide_low, wide_high = min(low, bound), max(high, bound)
        if samples[-1] - samples[0] >= 0.12 * (wide_high - wide_low):
            low, high = wide_low, wide_high
    return low, high


def _path(samples: Sequence[float], x: Axis, y: Axis) -> str:
    count = len(samples)
    ranks = range(count)
    if count > _POINTS:
        ranks = range(count - 1 - (count - 1) // _POINTS * _POINTS, count, (count - 1) // _POINTS)
    parts = [f"M{x.at(samples[0])} {y.at(0.0)}"]
    parts += [f"H{x.at(samples[r])}V{y.at((r + 1) / count)}" for r in ranks]
    return f"{''.join(parts)}H{x.end}"


def _line(limit: Limit, number: int, x: Axis, unit: str) -> LimitLine:
    at = x.at(limit.bound)
    beyond = not x.holds(limit.bound)
    text = _("limit %(limit)s") % {"limit": _say(limit, unit)}
    if beyond:
        text = f"{text} ▸" if limit.bound > x.high else f"◂ {text}"
    right = at > (x.start + x.end) / 2
    return LimitLine(at, text, beyond, "end" if right else "start", TOP - 20 + 13 * (number % 2))


def _mark(statistic: Statistic, x: Axis, y: Axis) -> QuantileMark | None:
    name = statistic.name
    if not (name.startswith("p") and name[1:].isdecimal() and math.isfinite(statistic.value)):
        return None
    low, high = statistic.low, statistic.high
    return QuantileMark(
        x=x.at(statistic.value),
        y=y.at(min(int(name[1:]), 100) / 100),
        low=None if low is None or not math.isfinite(low) else x.at(low),
        high=None if high is None or not math.isfinite(high) else x.at(high),
        label=say_statistic(name),
    )


def _quantile(samples: Sequence[float], percent: int) -> float:
    """The smallest sample that at least ``percent`` of the samples do not exceed."""
    return samples[max(math.ceil(len(samples) * percent / 100), 1) - 1]


def _rank(percent: int) -> str:
    if percent in (0, 100):
        return _("largest") if percent else _("smallest")
    return _("%(percent)s %% within") % {"percent": percent}


def _describe(measurement: Measurement, samples: Sequence[float], limits: Sequence[Limit]) -> str:
    unit = measurement.unit
    text = _(
        "Step curve of %(count)s samples from %(smallest)s to %(largest)s %(unit)s, "
        "half of them within %(middle)s %(unit)s."
    ) % {
        "count": len(samples),
        "smallest": write_number(samples[0]),
        "largest": write_number(samples[-1]),
        "middle": write_number(_quantile(samples, 50)),
        "unit": unit,
    }
    said = [_("Limit: %(limit)s.") % {"limit": _say(limit, unit)} for limit in limits]
    return " ".join([text, *said])


def _say(limit: Limit, unit: str) -> str:
    bound = write_number(limit.bound)
    return f"{say_statistic(limit.statistic)} {say_relation(limit.relation)} {bound} {unit}"
