"""The phone's UWB clock: microseconds from its own zero, a little fast or slow."""

from __future__ import annotations

import random
from dataclasses import dataclass

MOST_PPM = 100  # what Time_Sync says of it, as phones do (capture in facts 5.2)
_REALISTIC_PPM = 20.0


@dataclass(frozen=True, slots=True)
class UwbClock:
    """``offset_us`` is what it shows at the world's zero, ``ppm`` how much faster it goes."""

    offset_us: int
    ppm: float

    @classmethod
    def of(cls, chance: random.Random) -> UwbClock:
        """One of many phones'."""
        return cls(chance.randrange(10**12), chance.uniform(-_REALISTIC_PPM, _REALISTIC_PPM))

    def us(self, t_ns: int) -> float:
        """What it shows at a time of the world."""
        return self.offset_us + t_ns / 1000 + t_ns * self.ppm / 1e9
