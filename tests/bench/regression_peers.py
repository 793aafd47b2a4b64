"""Other ways to judge nights, to stand beside the rig's own: each gives the night that alarms.

ruptures and apache-otava take part where they are installed; the lock files do not have them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reports.regression.detectors import Floats

Firsts: TypeAlias = NDArray[np.int_]
NEVER = 10_000
_POOLED = 14  # nights
_SMALLEST = 0.05  # shift, for PELT
_ONE_PERCENT = 2.575829


def first_alarm(flags: NDArray[np.bool_]) -> Firsts:
    """From 1, the first judged night that alarms; NEVER."""
    found: Firsts = np.where(flags.any(axis=1), flags.argmax(axis=1) + 1, NEVER)
    return found


def mann_whitney(samples: Floats, baseline: int) -> Firsts:
    """Tonight's samples against those of the 14 nights before, pooled: p < 1 %, two-sided."""
    series, nights, taps = samples.shape
    pooled = _POOLED * taps
    spread = math.sqrt(taps * pooled * (taps + pooled + 1) / 12)
    flags = np.zeros((series, nights - baseline), dtype=np.bool_)
    for night in range(baseline, nights):
        before = samples[:, night - _POOLED : night].reshape(series, -1)
        both = np.concatenate([samples[:, night], before], axis=1)
        ranks = both.argsort(axis=1).argsort(axis=1)[:, :taps] + 1  # times are never tied
        wins = ranks.sum(axis=1) - taps * (taps + 1) / 2
        flags[:, night - baseline] = np.abs(wins - taps * pooled / 2) > _ONE_PERCENT * spread
    return first_alarm(flags)


def by_history(centres: Floats, baseline: int, changes: Callable[[Floats], list[int]]) -> Firsts:
    """Ask each night for the change points of all nights so far; one in judged nights alarms."""
    firsts = np.full(len(centres), NEVER)
    for row, values in enumerate(centres):
        for night in range(baseline, len(values)):
            if any(change >= baseline for change in changes(values[: night + 1])):
                firsts[row] = night - baseline + 1
                break
    return firsts


def history_peers() -> dict[str, Callable[[Floats], list[int]]]:
    """Those that are installed, by the name they get in the table."""
    peers: dict[str, Callable[[Floats], list[int]]] = {}
    if find_spec("ruptures") is not None:
        peers["PELT (ruptures)"] = _pelt(import_module("ruptures"))
    if find_spec("otava") is not None:
        peers["Otava p < 0.001"] = _otava(import_module("otava.analysis"))
    return peers


def _pelt(ruptures: Any) -> Callable[[Floats], list[int]]:
    """Squared errors, penalty 3 log n, a shift of at least 5 %; the linear kernel is l2 in C."""

    def changes(values: Floats) -> list[int]:
        scaled = (values - values.mean()) / values.std()
        search = ruptures.KernelCPD(kernel="linear", min_size=2).fit(scaled.reshape(-1, 1))
        cuts = [int(cut) for cut in search.predict(pen=3 * math.log(len(values)))][:-1]
        edges = [0, *cuts, len(values)]
        means = [values[a:b].mean() for a, b in pairwise(edges)]
        return [cut for i, cut in enumerate(cuts) if abs(means[i + 1] / means[i] - 1) >= _SMALLEST]

    return changes


def _otava(analysis: Any) -> Callable[[Floats], list[int]]:
    """As it comes. A list, because 0.8.0 does not cut arrays into its windows."""

    def changes(values: Floats) -> list[int]:
        points, _weak = analysis.compute_change_points(values.tolist(), max_pvalue=0.001)
        return [int(point.index) for point in points]

    return changes
