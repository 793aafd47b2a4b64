"""Nights of a simulated bench: tap-to-unlock times with the noise that hardware shows.

Twenty taps a night, lognormal about 350 ms with 8 % within the night, 3 % outliers that take 1.5 to
3 times as long, and every night an effect of its own of 3 % (fixture, temperature, phone state). A
golden device in the same place shares that effect but for what is each device's own: 1 % remains
between the two. Its taps are as few and scatter as much, so that dividing by it is not free.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reports.regression.detectors import Floats

BASELINE, JUDGED = 60, 30  # nights


@dataclass(frozen=True)
class Noise:
    """Standard deviations are of logarithms."""

    taps: int = 20
    centre_ms: float = 350.0
    within: float = 0.08
    outliers: float = 0.03
    night: float = 0.03  # of one device from night to night
    between: float = 0.01  # of the ratio of two devices from night to night
    tail_degrees: float = math.inf  # of Student's t, for night effects with heavy tails

    def effects(self, random: np.random.Generator, scale: float, shape: tuple[int, ...]) -> Floats:
        """Effects of nights with this standard deviation."""
        if math.isinf(self.tail_degrees):
            return random.normal(0.0, scale, shape)
        unit = math.sqrt(self.tail_degrees / (self.tail_degrees - 2))
        return random.standard_t(self.tail_degrees, shape) * (scale / unit)


@dataclass(frozen=True)
class Nights:
    """Samples in ms of phone and golden device. Shape: series, nights, taps."""

    phone: Floats
    golden: Floats

    def shifted(self, share: float, baseline: int) -> Nights:
        """The same nights, with the phone slower by a share once the baseline is over."""
        phone = self.phone.copy()
        phone[:, baseline:] *= 1 + share
        return Nights(phone, self.golden)


def simulate(
    random: np.random.Generator, series: int, nights: int, noise: Noise | None = None
) -> Nights:
    """Draw so many series."""
    noise = noise or Noise()
    own = noise.between / math.sqrt(2)
    shared = math.sqrt(noise.night**2 - own**2)
    bench = noise.effects(random, shared, (series, nights))
    return Nights(*(_device(random, bench, own, noise) for _ in range(2)))


def _device(random: np.random.Generator, bench: Floats, own: float, noise: Noise) -> Floats:
    effect = bench + noise.effects(random, own, bench.shape)
    shape = (*bench.shape, noise.taps)
    logs = effect[..., None] + random.normal(0.0, noise.within, shape)
    slow = np.where(random.random(shape) < noise.outliers, random.uniform(1.5, 3, shape), 1.0)
    samples: Floats = noise.centre_ms * np.exp(logs) * slow
    return samples
