"""Whether a range can be true after the ones before it: nobody moves faster than the cap.

Where nothing came before, nothing is believed until most of the first ranges agree with each other;
short distances that are injected now and then are never most of them (facts 4.5).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from rig.vehicle.passive.settings import PassiveSettings


class Plausible(Enum):
    """What to make of a range."""

    YES = "plausible"
    NOT_YET = "not enough ranges yet"
    TOO_FAST = "too fast"


@dataclass(frozen=True, slots=True)
class _Range:
    t_ns: int
    distance_m: float


class Plausibility:
    """The ranges of one anchor to one phone, in time order; ``block_s`` apart at best."""

    def __init__(self, settings: PassiveSettings, block_s: float = 0.096) -> None:
        self._settings = settings
        self._gap_ns = max(settings.gap_s, 4 * block_s) * 1e9
        self._first: deque[_Range] = deque(maxlen=settings.start_n)
        self._last: _Range | None = None  # that was believed

    def judge(self, t_ns: int, distance_m: float) -> Plausible:
        """Take the next range."""
        new = _Range(t_ns, distance_m)
        if self._last is not None and t_ns - self._last.t_ns > self._gap_ns:
            self._last = None
            self._first.clear()
        if self._last is None:
            return self._agree(new)
        if not self._fit(self._last, new):
            return Plausible.TOO_FAST
        self._last = new
        return Plausible.YES

    def _agree(self, new: _Range) -> Plausible:
        if self._first and new.t_ns - self._first[-1].t_ns > self._gap_ns:
            self._first.clear()
        self._first.append(new)
        if len(self._first) < self._settings.start_n:
            return Plausible.NOT_YET
        agreeing = self._largest(tuple(self._first))
        if len(agreeing) < self._settings.start_k:
            return Plausible.TOO_FAST
        self._last = agreeing[-1]
        return Plausible.YES if agreeing[-1] is new else Plausible.TOO_FAST

    def _largest(self, ranges: Sequence[_Range]) -> list[_Range]:
        """The most ranges of which each fits the next; a chain, found from its last backwards."""
        chains: list[list[_Range]] = []
        for each in ranges:
            before = [chain for chain in chains if self._fit(chain[-1], each)]
            chains.append([*max(before, key=len, default=[]), each])
        return max(chains, key=len)

    def _fit(self, earlier: _Range, later: _Range) -> bool:
        apart_s = abs(later.t_ns - earlier.t_ns) / 1e9
        most_m = self._settings.speed_cap_mps * apart_s + 3 * self._settings.sigma_m
        return abs(later.distance_m - earlier.distance_m) <= most_m
