"""Every picture with inputs that are usual, and with those that were given."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
from markupsafe import Markup

from reports.figures.canvas import Words
from reports.figures.crossing import draw_crossing
from reports.figures.multiples import draw_multiples
from reports.figures.pair import draw_pair
from reports.figures.phases import draw_phases
from reports.figures.range_map import draw_range_map
from reports.figures.trend import Found, draw_trend, draw_trends
from reports.regression.baseline import freeze
from reports.regression.series import Night, Scale, Series, SeriesKey
from rig.records.run import RangePosition, Statistic, WalkDecision, WalkRecord, WalkSet
from tests.reports.regression.nights import BEGIN

Draw = Callable[[Sequence[float], str], Markup | None]


def usual(count: int = 59) -> list[float]:
    chance = random.Random(3)  # noqa: S311 - a seed, no secret
    return [round(chance.lognormvariate(5.8, 0.1), 2) for _ in range(count)]


def phases(samples: Sequence[float], name: str) -> Markup | None:
    halves = {f"{name}{part}": [s / 2 for s in samples] for part in ("one", "two")}
    return draw_phases(words(name), f"ms{name}", (name, samples), halves)


def multiples(samples: Sequence[float], name: str) -> Markup | None:
    phones = {f"{name}{phone}": samples for phone in ("Pixel 9", "iPhone 15", "Galaxy S25")}
    return draw_multiples(words(name), f"ms{name}", phones, [350.0])


def pair(samples: Sequence[float], name: str) -> Markup | None:
    later = [1.1 * s for s in samples]
    return draw_pair(words(name), f"ms{name}", (f"{name}before", samples), (name, later))


def crossing(samples: Sequence[float], name: str) -> Markup | None:
    """Walks whose decisions fall at the samples, as hundredths of a metre."""
    true = tuple(6.0 - 0.1 * n for n in range(60))
    times = tuple(0.1 * n for n in range(60))
    walks = [
        WalkRecord(n, times, true, true, (WalkDecision(f"{name}unlock", 4.0, s / 100),))
        for n, s in enumerate(samples, 1)
    ]
    if not walks:
        return None
    whole = WalkSet(f"{name}approach", tuple(walks), {}, {f"{name}unlock": 1.2, "lock": 2.2})
    return draw_crossing(words(name), walks[0], whole)


def plan(samples: Sequence[float], name: str) -> Markup | None:
    """A position a sample, 40 a row, with a bias of so many millimetres."""
    positions = [
        RangePosition(f"{name}driver", n % 40, n // 40, 1.0, 1, (), (bias(value / 1000),))
        for n, value in enumerate(samples)
    ]
    return draw_range_map(words(name), positions, 1.0)


def bias(value_m: float) -> Statistic:
    return Statistic("bias", value_m, None, None, 0.95)


def trend(samples: Sequence[float], name: str) -> Markup | None:
    """A night a sample, the first ten of them the baseline where there are so many."""
    series = nights_of(samples, name)
    days = [night.date for night in series.nights]
    baseline = freeze(series) if len(days) >= 10 else None
    found = Found(tuple(days[-3:-2]), frozenset(days[-1:]), frozenset(days[-2:-1]))
    return draw_trend(words(name), series, baseline, found)


def trends(samples: Sequence[float], name: str) -> Markup | None:
    one = nights_of(samples, name)
    parts = [(f"{name}{phone}", one, None, Found()) for phone in ("Pixel 9", "iPhone 15")]
    return draw_trends(words(name), parts)


def nights_of(samples: Sequence[float], name: str) -> Series:
    finite = [s for s in samples if np.isfinite(s)]
    nights = tuple(
        Night(BEGIN + timedelta(days=n), np.full(8, value)) for n, value in enumerate(finite)
    )
    scale = Scale.RATIO if all(s > 0 for s in finite) else Scale.DIFFERENCE
    return Series(SeriesKey(name, name, name, name), f"ms{name}", nights, scale)


def words(name: str) -> Words:
    return Words("p", f"Title{name}", f"Description.{name}")


PICTURES: dict[str, Draw] = {
    "phases": phases,
    "multiples": multiples,
    "pair": pair,
    "crossing": crossing,
    "plan": plan,
    "trend": trend,
    "trends": trends,
}
