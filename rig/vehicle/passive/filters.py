"""Filters over the ranges of one anchor. Pure; chosen by name (facts 4.4)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from statistics import median
from typing import Protocol

from rig.vehicle.passive.settings import PassiveSettings

_SPEED_AT_FIRST_MPS = 2.0  # standard deviation of what is not known yet
_MEMORY = 5  # ranges, the shortest of which bounds the filter
_DOUBTS_MOST = 5  # so many in a row beyond the gate: it is the filter that is wrong


class RangeFilter(Protocol):
    """Takes ranges in time order, gives what to make of the last one."""

    def update(self, t_ns: int, distance_m: float) -> float:
        """The filtered range, in metres."""
        ...


class Unfiltered:
    """Gives what it is given."""

    def update(self, t_ns: int, distance_m: float) -> float:  # noqa: ARG002 - the contract's
        return distance_m


class Median:
    """The middle one of the last ``of`` ranges."""

    def __init__(self, of: int) -> None:
        self._last: deque[float] = deque(maxlen=of)

    def update(self, t_ns: int, distance_m: float) -> float:  # noqa: ARG002 - the contract's
        self._last.append(distance_m)
        return median(self._last)


class Kalman:
    """Range and its change, driven by white acceleration.

    A range that is longer than the gate lets through weighs less, as an obstacle only lengthens;
    one that is shorter does not count, until so many came that the filter begins anew. So it does
    when it runs ahead of what is measured: whoever stops or turns back is never nearer than the
    shortest of the last ranges, give or take the gate.
    """

    def __init__(self, sigma_m: float, acceleration_mps2: float, gate_sigmas: float) -> None:
        self._r, self._q, self._gate = sigma_m**2, acceleration_mps2**2, gate_sigmas
        self._t_ns: int | None = None
        self._doubts = 0
        self.distance_m = self.speed_mps = 0.0
        self._p = (0.0, 0.0, 0.0)  # variance, covariance, variance of the speed
        self._measured: deque[float] = deque(maxlen=_MEMORY)

    def update(self, t_ns: int, distance_m: float) -> float:
        self._measured.append(distance_m)
        if self._t_ns is None or self._doubts >= _DOUBTS_MOST:
            return self._begin(t_ns, distance_m)
        self._predict((t_ns - self._t_ns) / 1e9)
        self._t_ns = t_ns
        surprise_m, r = distance_m - self.distance_m, self._r
        beyond = surprise_m**2 / (self._gate**2 * (self._p[0] + r))
        if beyond > 1 and surprise_m < 0:
            self._doubts += 1
            return self.distance_m
        self._doubts = 0
        if beyond > 1:
            r = surprise_m**2 / self._gate**2 - self._p[0]  # with it, it would be at the gate
        self._correct(surprise_m, r)
        if self.distance_m < min(self._measured) - self._gate * math.sqrt(self._r):
            return self._begin(t_ns, distance_m)
        return self.distance_m

    def _begin(self, t_ns: int, distance_m: float) -> float:
        self._t_ns, self._doubts = t_ns, 0
        self.distance_m, self.speed_mps = distance_m, 0.0
        self._p = (self._r, 0.0, _SPEED_AT_FIRST_MPS**2)
        return distance_m

    def _predict(self, dt_s: float) -> None:
        a, b, c = self._p
        self.distance_m += self.speed_mps * dt_s
        self._p = (
            a + 2 * b * dt_s + c * dt_s**2 + self._q * dt_s**4 / 4,
            b + c * dt_s + self._q * dt_s**3 / 2,
            c + self._q * dt_s**2,
        )

    def _correct(self, surprise_m: float, r: float) -> None:
        a, b, c = self._p
        gain, speed_gain = a / (a + r), b / (a + r)
        self.distance_m += gain * surprise_m
        self.speed_mps += speed_gain * surprise_m
        self._p = (a * (1 - gain), b * (1 - gain), c - speed_gain * b)


_BY_NAME: Mapping[str, Callable[[PassiveSettings], RangeFilter]] = {
    "none": lambda _s: Unfiltered(),
    "median": lambda s: Median(s.median_of),
    "kalman": lambda s: Kalman(s.kalman_sigma_m, s.kalman_acceleration_mps2, s.gate_sigmas),
}


def filter_of(settings: PassiveSettings) -> RangeFilter:
    """A fresh filter, as the settings choose."""
    return _BY_NAME[settings.filter](settings)
