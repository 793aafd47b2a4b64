"""A chip's own clock: it counts from when it was powered, and a little too fast or too slow."""

from __future__ import annotations

from dataclasses import dataclass

MOST_PPM = 20.0  # of a crystal of such a chip (facts 4.1)


@dataclass(frozen=True, slots=True)
class Oscillator:
    """Microseconds of the chip against nanoseconds of whatever clock its owner has.

    At ``boot_ns`` it stood at ``offset_us``; it runs ``drift_ppm`` too fast.
    """

    boot_ns: int
    offset_us: int = 0
    drift_ppm: float = 0.0

    def __post_init__(self) -> None:
        if abs(self.drift_ppm) > MOST_PPM:
            raise ValueError(f"{self.drift_ppm} ppm: no crystal is that bad")

    def time_us(self, now_ns: int) -> int:
        """What it shows now."""
        return self.offset_us + int((now_ns - self.boot_ns) * self._rate / 1000)

    def at_ns(self, time_us: int) -> int:
        """When it will show that, or has."""
        return self.boot_ns + round((time_us - self.offset_us) * 1000 / self._rate)

    @property
    def _rate(self) -> float:
        return 1 + self.drift_ppm * 1e-6
