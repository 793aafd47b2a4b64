"""Level and spread of baselines, and how far later nights lie from them, for many series at once.

The golden reference device divides out the bench. It is noisy itself, so that dividing by all of
it would add its noise to what it removes: a **weight** between 0 and 1 says how much of the golden
device's deviation is taken off (on logarithms, hence divided out). It is the slope of the phone's
nights over the golden device's, drawn towards 0.7 as long as there are few nights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reports.regression.detectors import Floats

_WEIGHT, _WEIGHT_NIGHTS = 0.7, 10  # what is expected of a golden device, and for how many it counts
_WILD = 5.0  # robust standard deviations from the median
_SPREAD_OF_MAD = 1.4826
_NO_SPREAD = 1e-9
LEAST_SPREAD = 0.002  # as a share: what repeats itself better is virtual, and less no regression


@dataclass(frozen=True, slots=True)
class Levels:
    """One number a series in each array; ``spent`` is how many figures the nights were spent on."""

    level: Floats
    spread: Floats
    golden_level: Floats
    weight: Floats
    nights: int
    spent: int

    def deviations(self, values: Floats, golden: Floats | None) -> Floats:
        """Nights, in spreads from the level. Shape: series, nights."""
        adjusted = adjust(values, golden, self.golden_level, self.weight)
        found: Floats = (adjusted - self.level[:, None]) / self.spread[:, None]
        return found


def adjust(values: Floats, golden: Floats | None, golden_level: Floats, weight: Floats) -> Floats:
    """Nights with the bench's part taken off, as far as the golden device shows it."""
    if golden is None:
        return values
    adjusted: Floats = values - weight[:, None] * (golden - golden_level[:, None])
    return adjusted


def fit(values: Floats, golden: Floats | None = None, least_spread: float = LEAST_SPREAD) -> Levels:
    """Estimate from the nights of a baseline. Shape: series, nights."""
    series, nights = values.shape
    golden_level, weight, spent = np.zeros(series), np.zeros(series), 1
    if golden is not None:
        golden_level, weight = golden.mean(axis=1), _weigh(values, golden)
        spent = 2
    adjusted = pull_in(adjust(values, golden, golden_level, weight))
    level = adjusted.mean(axis=1)
    squares = ((adjusted - level[:, None]) ** 2).sum(axis=1)
    spread = np.maximum(np.sqrt(squares / (nights - spent)), max(least_spread, _NO_SPREAD))
    return Levels(level, spread, golden_level, weight, nights, spent)


def wild(values: Floats) -> Floats:
    """How far each night lies outside of what the others allow; 0 for almost all."""
    bounded: Floats = values - pull_in(values)
    return bounded


def pull_in(values: Floats) -> Floats:
    """Nights beyond five robust standard deviations, put there: one must not widen a baseline."""
    median = np.median(values, axis=1, keepdims=True)
    mad = np.median(np.abs(values - median), axis=1, keepdims=True)
    reach = _WILD * _SPREAD_OF_MAD * mad
    found: Floats = np.clip(values, median - reach, median + reach)
    return found


def _weigh(values: Floats, golden: Floats) -> Floats:
    nights = values.shape[1]
    apart = golden - golden.mean(axis=1, keepdims=True)
    together = ((values - values.mean(axis=1, keepdims=True)) * apart).sum(axis=1)
    slope = together / np.maximum((apart**2).sum(axis=1), _NO_SPREAD**2)
    drawn = (slope * nights + _WEIGHT * _WEIGHT_NIGHTS) / (nights + _WEIGHT_NIGHTS)
    found: Floats = np.clip(drawn, 0, 1)
    return found
