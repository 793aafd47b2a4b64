"""From the phone's UWB clock to the vehicle's, and on to an anchor's (sections 4.5 and 5.3).

Both steps carry how wrong they may be: what is outside of it is refused by whoever listens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rig.digital_key.ble_messages import TimeSync
from rig.digital_key.errors import RangingMismatch

_VEHICLE_PPM = 20  # the vehicle's own clock
_LONG_ENOUGH_NS = 1_000_000_000  # below that a rate cannot be told from jitter


@dataclass(frozen=True, slots=True)
class Moment:
    """A time on the vehicle's clock, and by how much it may be off."""

    t_ns: int
    within_ns: int


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """The phone's UWB clock as one Time_Sync tells it.

    ``event_ns`` is when the vehicle saw the same event of Bluetooth LE, ``event_within_ns`` how
    late or early that stamp may be.
    """

    sync: TimeSync
    event_ns: int
    event_within_ns: int = 0

    def __post_init__(self) -> None:
        """Raises RangingMismatch for a Time_Sync that did not succeed."""
        if not self.sync.success:
            raise RangingMismatch("Time_Sync", "the device says that it did not succeed")

    @property
    def uncertainty_us(self) -> int:
        """What the device says of its stamp: setting ``time_uncertainty_coding``."""
        return math.ceil(2 ** (self.sync.uncertainty / 8))

    def on_vehicle(self, device_us: int) -> Moment:
        """When the vehicle's clock shows what the device calls ``device_us``."""
        since_ns = (device_us - self.sync.device_time_us) * 1000
        drift_ns = math.ceil(abs(since_ns) * (self.sync.max_ppm + _VEHICLE_PPM) / 1e6)
        within_ns = self.uncertainty_us * 1000 + drift_ns + self.event_within_ns
        return Moment(self.event_ns + since_ns, within_ns)


@dataclass(frozen=True, slots=True)
class AnchorClock:
    """An anchor's clock: it showed ``at_us`` at ``at_ns`` and gains ``ppm`` on the vehicle's."""

    at_ns: int
    at_us: float
    ppm: float
    within_us: float  # the furthest that a pair lies from the line

    @classmethod
    def from_pairs(cls, pairs: Sequence[tuple[int, int]], most_ppm: float = 40.0) -> AnchorClock:
        """From pairs of vehicle ns and anchor us read at the same moment, oldest first.

        A rate is told from a second on. Raises RangingMismatch for no pairs, for pairs out of
        order, and for clocks further apart than ``most_ppm``: one of them was set or has stopped.
        """
        if not pairs or any(a[0] >= b[0] for a, b in pairwise(pairs)):
            raise RangingMismatch("anchor clock", "no pairs, or they are out of order")
        at_ns, ppm = pairs[-1][0], 0.0
        offsets = [anchor_us - (ns - at_ns) / 1000 for ns, anchor_us in pairs]
        if at_ns - pairs[0][0] >= _LONG_ENOUGH_NS:
            ppm = _slope([(ns - at_ns) / 1e9 for ns, _ in pairs], offsets)
            if abs(ppm) > most_ppm:
                raise RangingMismatch("anchor clock", f"it gains {ppm:.1f} ppm on the vehicle's")
        rests = [o - ppm * (ns - at_ns) / 1e9 for o, (ns, _) in zip(offsets, pairs, strict=True)]
        at_us = sum(rests) / len(rests)
        return cls(at_ns, at_us, ppm, max(abs(rest - at_us) for rest in rests))

    def on_anchor(self, t_ns: int) -> int:
        """What the anchor's clock shows at a time of the vehicle's, in us."""
        since_us = (t_ns - self.at_ns) / 1000
        return round(self.at_us + since_us * (1 + self.ppm / 1e6))


def _slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Least squares; y in us over x in s is ppm."""
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return above / sum((a - mean_x) ** 2 for a in x)
