"""Series for the tests: dates, keys and nights of samples that say what they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from reports.regression.baseline import Acceptance, Baseline, accept
from reports.regression.detectors import Floats
from reports.regression.series import Night, Scale, Series, SeriesKey, Worse

KEY = SeriesKey("tap_to_unlock", "Pixel 9", "22-11", "handle r2")
BEGIN = date(2026, 9, 1)
ACCEPTED = Acceptance("A. Muster", date(2026, 11, 1), "bench moved to hall 3")
_SPREAD = 0.02


def day(number: int) -> date:
    """The date of a night, counted from 0."""
    return BEGIN + timedelta(days=number)


def steady(nights: int) -> list[float]:
    """Deviations of unchanged nights: they alternate, so that mean 0 and spread 1 are exact."""
    scale = ((nights - 1) / nights) ** 0.5
    return [scale if number % 2 else -scale for number in range(nights)]


def series(
    deviations: Sequence[float],
    *,
    key: SeriesKey = KEY,
    worse: Worse = Worse.HIGHER,
    passes: Sequence[tuple[int, int]] = (),
    taps: int = 20,
) -> Series:
    """Nights whose centre lies so many spreads of 2 % from 350 ms, without any scatter within."""
    outcomes = [*passes, *[(0, 0)] * (len(deviations) - len(passes))]
    nights = tuple(
        Night(
            day(number),
            np.full(taps, 350.0 * np.exp(_SPREAD * deviation)),
            passed=outcomes[number][0],
            trials=outcomes[number][1],
        )
        for number, deviation in enumerate(deviations)
    )
    return Series(key, "ms", nights, worse=worse)


def sampled(
    phone: Floats, golden: Floats | None = None, *, key: SeriesKey = KEY, scale: Scale = Scale.RATIO
) -> Series:
    """Nights of these samples. Shape: nights, taps."""
    nights = tuple(
        Night(day(number), row, None if golden is None else golden[number])
        for number, row in enumerate(phone)
    )
    return Series(key, "ms", nights, scale)


def baseline_of(whole: Series, nights: int) -> Baseline:
    """The first nights, accepted."""
    return accept(whole, day(0), day(nights - 1), ACCEPTED)
