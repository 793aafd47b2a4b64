"""Measuring as the plan says."""

from __future__ import annotations

from typing import Protocol

from rig.measure.recorder import Samples


class ByPlan(Protocol):
    """Begins a measurement with the plan's limits and, if it has one, its count.

    ``with by_plan("unlock_distance", unit="m", of="approaches", otherwise=5) as samples: ...``
    """

    def __call__(self, name: str, *, unit: str, of: str, otherwise: int) -> Samples:
        """``otherwise`` is how many where the plan does not say."""
        ...
