"""From what the history holds of a bench to the series that the regression analysis judges.

A metric is told apart by its test and vehicle; the golden device's samples go beside those of the
others, taken in the same test where it was there, or else under the same metric in a test of its
own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from reports.history.trend import SeriesKey as HistoryKey
from reports.history.trend import TrendNight, TrendSeries
from reports.regression.detectors import Floats
from reports.regression.series import Night, Scale, Series, SeriesKey, Worse
from reports.wording import say_test
from rig.records.run import Result

_DURATIONS = ("s", "ms", "us", "µs", "ns")
_Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A series for the analysis, and what it is in the history."""

    kept: HistoryKey
    series: Series
    is_golden: bool = False

    @property
    def handle(self) -> str:
        """What a person types to speak of it."""
        return self.kept.handle


def to_series(
    kept: Iterable[TrendSeries],
    golden: str = "",
    worse: Mapping[tuple[str, str], Worse] | None = None,
    scales: Mapping[str, Scale] | None = None,
) -> list[Named]:
    """Series of the history as the analysis takes them.

    ``golden`` is the golden device's identity, "" for none. ``worse`` says by test and metric what
    a regression is, where a limit does. ``scales`` are of the baselines in force, by handle.
    """
    found = list(kept)
    beside = _golden_samples(found, golden) if golden else {}
    return [_named(one, golden, beside, worse or {}, scales or {}) for one in found]


def directions(results: Iterable[Result]) -> dict[tuple[str, str], Worse]:
    """By test and metric: what stands under a lower limit gets worse when it sinks."""
    found = {}
    for result in results:
        for measurement in result.measurements:
            relations = {judgement.limit.relation for judgement in measurement.judgements}
            if relations == {">="}:
                found[result.test, measurement.name] = Worse.LOWER
    return found


def scale_of(unit: str, nights: Iterable[TrendNight]) -> Scale:
    """Durations change by a factor, as long as they are above zero; all else by an amount."""
    if unit not in _DURATIONS or any(value <= 0 for night in nights for value in night.samples):
        return Scale.DIFFERENCE
    return Scale.RATIO


def key_of(kept: HistoryKey) -> SeriesKey:
    """The same key, as the analysis and people know it."""
    said = say_test(kept.test) + (f", on {kept.vehicle}" if kept.vehicle else "")
    fixture = kept.fixture + (" (simulated)" if kept.simulated else "")
    metric = f"{kept.metric}: {said}" if kept.metric else said
    return SeriesKey(f"{metric} [{kept.handle}]", kept.phone, kept.software, fixture)


def _named(
    one: TrendSeries,
    golden: str,
    beside: Mapping[_Place, Mapping[object, list[float]]],
    worse: Mapping[tuple[str, str], Worse],
    scales: Mapping[str, Scale],
) -> Named:
    key = one.key
    is_golden = bool(golden) and key.phone == golden and bool(key.metric)
    scale = scales.get(key.handle) or scale_of(key.unit, one.nights)
    exact, loose = _places(key)
    of_golden = {} if is_golden else beside.get(exact) or beside.get(loose) or {}
    series = Series(
        key_of(key),
        key.unit,
        tuple(_night(night, of_golden.get(night.night), scale) for night in one.nights),
        scale,
        worse.get((key.test, key.metric), Worse.HIGHER),
    )
    return Named(key, series, is_golden)


def _places(key: HistoryKey) -> tuple[_Place, _Place]:
    """Where the golden device's samples are looked for: this test of any case, or the metric."""
    metric = (key.metric, key.unit, key.software, key.fixture)
    return (*metric, key.test.partition("[")[0]), metric


def _golden_samples(
    kept: Iterable[TrendSeries], golden: str
) -> dict[_Place, dict[object, list[float]]]:
    found: dict[_Place, dict[object, list[float]]] = {}
    for one in kept:
        if one.key.phone == golden and one.key.metric:
            for place in _places(one.key):
                for night in one.nights:
                    found.setdefault(place, {}).setdefault(night.night, []).extend(night.samples)
    return found


def _night(night: TrendNight, golden: list[float] | None, scale: Scale) -> Night:
    return Night(
        night.night,
        _samples(night.samples, scale),
        None if golden is None else _samples(golden, scale),
        night.passed,
        night.judged,
    )


def _samples(values: list[float], scale: Scale) -> Floats:
    """As an array; what is not above zero has no factor, and was no duration."""
    found = np.array(values, dtype=np.float64)
    return found[found > 0] if scale is Scale.RATIO else found
