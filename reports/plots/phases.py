"""Phases of a measurement: where the time went, as one bar of medians."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

from reports.wording import write_number
from rig.records.run import Measurement

WIDTH = 560
_PATTERNS = 4  # the style sheet knows this many fills


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase: its spread over the samples, and its part of the bar."""

    number: int
    name: str
    count: int
    smallest: str
    middle: str
    largest: str
    percent: str
    x: float
    width: float
    fill: int


def list_phases(measurement: Measurement) -> tuple[Phase, ...]:
    """The phases in their order of time; those without finite samples are left out."""
    found = {
        name: finite
        for name, samples in measurement.phases.items()
        if (finite := [s for s in samples if math.isfinite(s)])
    }
    middles = {name: max(float(median(samples)), 0.0) for name, samples in found.items()}
    total = math.fsum(middles.values())
    phases = []
    x = 0.0
    for number, (name, samples) in enumerate(found.items(), 1):
        share = middles[name] / total if 0 < total < math.inf else 0.0
        width = round(WIDTH * share, 1)
        phases.append(
            Phase(
                number=number,
                name=name,
                count=len(samples),
                smallest=write_number(min(samples)),
                middle=write_number(median(samples)),
                largest=write_number(max(samples)),
                percent=f"{100 * share:.0f} %" if share >= 0.01 or not share else "< 1 %",
                x=round(x, 1),
                width=width,
                fill=(number - 1) % _PATTERNS,
            )
        )
        x += width
    return tuple(phases)
