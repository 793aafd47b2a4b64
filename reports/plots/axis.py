"""A linear axis with round ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps values to positions along one side of a figure; positions are rounded for the file."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """The position of a value; what lies beyond the axis is drawn at its end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def holds(self, value: float) -> bool:
        """Whether a value lies on the axis."""
        return self.low <= value <= self.high


def fit_axis(low: float, high: float, *, start: float, end: float, ticks: int = 5) -> Axis:
    """An axis over finite values from low to high, widened to round ticks."""
    spread = high - low
    if not spread > abs(high) * 1e-9:  # one value, or values that differ by rounding only
        spread = abs(high) * 0.1 or 1.0
        low, high = low - spread / 2, high + spread / 2
    rough = spread / ticks
    if not (math.isfinite(rough) and rough > 1e-300):
        return Axis(0.0, 1.0, start, end, (0.0, 1.0))
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in _STEPS if s * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step), math.ceil(high / step)
    marks = tuple(round(n * step, 12) for n in range(first, last + 1))
    return Axis(first * step, last * step, start, end, marks)
