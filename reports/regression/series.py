"""What goes into the analysis: one metric of one phone on one bench, night by night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import pairwise

import numpy as np

from reports.regression.detectors import Floats
from reports.regression.errors import RegressionError

FEWEST_TAPS = 5  # a night of fewer samples has no centre worth judging
_TRIMMED = 0.2


class Scale(Enum):
    """How a metric changes: by a factor, as durations do, or by an amount, as a distance's bias."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


class Worse(Enum):
    """The direction that is a regression. The other is told too: it may be a measurement fault."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """What must stay the same for nights to be comparable; each key has its own baseline."""

    metric: str
    phone: str
    software: str  # status of the vehicle, such as "22-11"
    fixture: str  # with its revision

    def __str__(self) -> str:
        return f"{self.metric}, {self.phone}, {self.software}, {self.fixture}"


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """What one night brought.

    ``samples`` are single measurements in the metric's unit; ``golden`` are those of the golden
    reference device, interleaved with them on the same bench. ``passed`` of ``trials`` attempts
    passed; both 0 where nothing was judged.
    """

    date: date
    samples: Floats
    golden: Floats | None = None
    passed: int = 0
    trials: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """All nights of one key, oldest first, each date once; RegressionError for anything else."""

    key: SeriesKey
    unit: str
    nights: tuple[Night, ...]
    scale: Scale = Scale.RATIO
    worse: Worse = Worse.HIGHER

    def __post_init__(self) -> None:
        dates = [night.date for night in self.nights]
        if any(later <= earlier for earlier, later in pairwise(dates)):
            raise RegressionError(f"{self.key}: nights are in order and each is there once")
        for night in self.nights:
            for name, samples in (("sample", night.samples), ("golden", night.golden)):
                if samples is not None:
                    self._check(f"{self.key}, night {night.date}, {name}", samples)
            if not 0 <= night.passed <= night.trials:
                said = f"{night.passed} of {night.trials} cannot pass"
                raise RegressionError(f"{self.key}, night {night.date}: {said}")

    def _check(self, where: str, samples: Floats) -> None:
        if samples.ndim != 1 or not np.all(np.isfinite(samples)):
            raise RegressionError(f"{where}: samples are finite numbers in one row")
        if self.scale is Scale.RATIO and np.any(samples <= 0):
            raise RegressionError(f"{where}: what changes by a factor is above zero")

    @property
    def is_measured(self) -> bool:
        """Whether it has samples. A series of verdicts alone has a pass rate and no level."""
        return any(len(night.samples) for night in self.nights)

    def between(self, first: date, last: date) -> tuple[Night, ...]:
        """The nights from ``first`` to ``last``, both included."""
        return tuple(night for night in self.nights if first <= night.date <= last)

    def after(self, last: date) -> tuple[Night, ...]:
        """The nights later than ``last``."""
        return tuple(night for night in self.nights if night.date > last)


def is_full(night: Night, *, taps: int = FEWEST_TAPS, golden: bool = False) -> bool:
    """Whether a night has at least so many samples, and of the golden device as well if asked."""
    if len(night.samples) < max(taps, FEWEST_TAPS):
        return False
    return not golden or (night.golden is not None and len(night.golden) >= FEWEST_TAPS)


def centres(nights: Sequence[Night], scale: Scale) -> Floats:
    """The centre of each night's samples; of their logarithms where they change by a factor."""
    return np.array([_scaled_centre(night.samples, scale) for night in nights])


def golden_centres(nights: Sequence[Night], scale: Scale) -> Floats:
    """The same of the golden device; RegressionError for a night without."""
    found = []
    for night in nights:
        if night.golden is None:
            raise RegressionError(f"night {night.date}: the golden device was not measured")
        found.append(_scaled_centre(night.golden, scale))
    return np.array(found)


def _scaled_centre(samples: Floats, scale: Scale) -> float:
    return float(centre(np.log(samples) if scale is Scale.RATIO else samples))


def centre(samples: Floats) -> Floats:
    """The mean of what is left when a fifth is cut off at either end, along the last axis.

    A median with more taps in its middle: outliers do not move it, and its scatter is a fifth
    less than that of the plain median of twenty taps, whose nights miss small shifts for longer.
    """
    cut = int(samples.shape[-1] * _TRIMMED)
    ordered = np.sort(samples, axis=-1)
    found: Floats = ordered[..., cut : samples.shape[-1] - cut].mean(axis=-1)
    return found
