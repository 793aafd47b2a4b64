"""Baselines: what a metric is compared with. Frozen, and replaced by a named person alone.

The first ten nights of a key freeze its first baseline. From then on it does not move: a baseline
that follows the data learns a slow regression as normal. Whoever accepts a change says so with
name, date and reason, and the old baseline stays in history as what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from reports.regression.detectors import Floats
from reports.regression.errors import RegressionError
from reports.regression.levels import LEAST_SPREAD, Levels, adjust, fit, wild
from reports.regression.series import (
    Night,
    Scale,
    Series,
    SeriesKey,
    centres,
    golden_centres,
    is_full,
)

FEWEST_NIGHTS = 10
_GOLDEN_SHARE = 0.8  # of the nights; where the golden device was there more rarely, it is left out
FEWEST_SHARE = 0.5  # of the usual number of taps, for a night to be judged


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who took a baseline for normal, when and why; RegressionError where one is missing."""

    person: str
    on: date
    reason: str

    def __post_init__(self) -> None:
        for name in ("person", "reason"):
            if not getattr(self, name).strip():
                raise RegressionError(f"a baseline is accepted with a {name}")

    def __str__(self) -> str:
        return f"accepted by {self.person} on {self.on}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A key's frozen baseline: plain numbers, so that history can keep it.

    ``level`` and ``spread`` are of nightly centres, on logarithms where the metric changes by a
    factor. ``weight`` is how much of the golden device is divided out, None where it was not
    measured on nearly every night. ``pulled_in`` names nights too wild to count as they were.
    ``passed`` of ``trials`` attempts passed. ``acceptance`` is None for the first baseline only.
    """

    key: SeriesKey
    unit: str
    scale: Scale
    first: date
    last: date
    nights: int
    taps: int  # of the median night
    level: float
    spread: float
    golden_level: float
    weight: float | None
    pulled_in: tuple[date, ...]
    passed: int
    trials: int
    acceptance: Acceptance | None = None

    @property
    def centre(self) -> float:
        """The level in the metric's own unit."""
        return float(np.exp(self.level)) if self.scale is Scale.RATIO else self.level

    @property
    def has_golden(self) -> bool:
        """Whether the bench is divided out."""
        return self.weight is not None

    @property
    def levels(self) -> Levels:
        """The same for the analysis, which takes many at once."""
        level, spread, golden = (
            np.array([value]) for value in (self.level, self.spread, self.golden_level)
        )
        spent = 2 if self.has_golden else 1
        return Levels(level, spread, golden, np.array([self.weight or 0.0]), self.nights, spent)

    def check(self, series: Series) -> None:
        """RegressionError where a series was measured in another way than its baseline."""
        for name in ("key", "unit", "scale"):
            now, then = getattr(series, name), getattr(self, name)
            if now != then:
                said = f"its {name} is {now}, and that of its baseline {then}"
                raise RegressionError(f"{series.key}: {said}")

    def takes(self, night: Night) -> bool:
        """Whether a night can be compared: enough taps, and the golden device if it counts."""
        return is_full(night, taps=int(FEWEST_SHARE * self.taps), golden=self.has_golden)

    def __str__(self) -> str:
        who = "first baseline, accepted by nobody" if self.acceptance is None else self.acceptance
        return f"{self.nights} nights from {self.first} to {self.last} ({who})"


def count_nights(series: Series) -> int:
    """How many nights have enough samples to be of a baseline."""
    return len(_usable(series, series.nights))


def _usable(series: Series, nights: Sequence[Night]) -> list[Night]:
    """Nights with enough samples, or, of verdicts alone, with any."""
    if series.is_measured:
        return [night for night in nights if is_full(night)]
    return [night for night in nights if night.trials]


def freeze(series: Series) -> Baseline:
    """The first baseline, from the first ten nights; RegressionError while there are fewer."""
    return _estimate(series, _usable(series, series.nights)[:FEWEST_NIGHTS], None)


def accept(series: Series, first: date, last: date, acceptance: Acceptance) -> Baseline:
    """A new baseline from the nights of a period that a person takes for normal.

    RegressionError for fewer than ten nights: whoever accepts a change tonight waits for them.
    """
    return _estimate(series, _usable(series, series.between(first, last)), acceptance)


def _estimate(series: Series, nights: Sequence[Night], acceptance: Acceptance | None) -> Baseline:
    if len(nights) < FEWEST_NIGHTS:
        raise RegressionError(f"{series.key}: {say_too_few(len(nights))}")
    if not series.is_measured:
        return _of_verdicts(series, nights, acceptance)
    paired = [night for night in nights if is_full(night, golden=True)]
    with_golden = len(paired) >= max(FEWEST_NIGHTS, _GOLDEN_SHARE * len(nights))
    nights = paired if with_golden else nights
    values = centres(nights, series.scale)[None, :]
    golden = golden_centres(nights, series.scale)[None, :] if with_golden else None
    levels = fit(values, golden, _least_spread(values, series.scale))
    outside = wild(adjust(values, golden, levels.golden_level, levels.weight))[0]
    return Baseline(
        key=series.key,
        unit=series.unit,
        scale=series.scale,
        first=nights[0].date,
        last=nights[-1].date,
        nights=len(nights),
        taps=int(np.median([len(night.samples) for night in nights])),
        level=float(levels.level[0]),
        spread=float(levels.spread[0]),
        golden_level=float(levels.golden_level[0]),
        weight=float(levels.weight[0]) if with_golden else None,
        pulled_in=tuple(n.date for n, far in zip(nights, outside, strict=True) if far),
        passed=sum(night.passed for night in nights),
        trials=sum(night.trials for night in nights),
        acceptance=acceptance,
    )


def _of_verdicts(
    series: Series, nights: Sequence[Night], acceptance: Acceptance | None
) -> Baseline:
    """A pass rate alone: there is no level, and nothing is measured against its spread."""
    return Baseline(
        key=series.key,
        unit=series.unit,
        scale=series.scale,
        first=nights[0].date,
        last=nights[-1].date,
        nights=len(nights),
        taps=0,
        level=0.0,
        spread=1.0,
        golden_level=0.0,
        weight=None,
        pulled_in=(),
        passed=sum(night.passed for night in nights),
        trials=sum(night.trials for night in nights),
        acceptance=acceptance,
    )


def _least_spread(values: Floats, scale: Scale) -> float:
    share = 1.0 if scale is Scale.RATIO else float(np.median(np.abs(values)))
    return LEAST_SPREAD * share


def say_too_few(nights: int) -> str:
    """The verdict on a series that is too short."""
    return f"not enough nights: {nights} of {FEWEST_NIGHTS}"
