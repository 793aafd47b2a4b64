"""Phases of a measurement: where the time went, as one bar of medians."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from reports.wording import write_number
from rig.records.run import Measurement

WIDTH = 560
ACROSS = ("device time", "host time")  # rig.measure's second split of the same time
_PATTERNS = 4  # the style sheet knows this many fills


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase: its spread over the samples, and its part of the bar.

    ``number`` is None and ``width`` 0 for a phase that runs across the numbered ones.
    """

    number: int | None
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
    """The phases in their order of time; those without finite samples are left out.

    Percentages are of the numbered phases' sum, which make up the whole.
    """
    found = {
        name: finite
        for name, samples in measurement.phases.items()
        if (finite := [s for s in samples if math.isfinite(s)])
    }
    in_turn = {n: s for n, s in found.items() if n not in ACROSS} or found
    across = {n: s for n, s in found.items() if n not in in_turn}
    total = math.fsum(_middle(samples) for samples in in_turn.values())
    phases = []
    x = 0.0
    for number, (name, samples) in enumerate(in_turn.items(), 1):
        phases.append(_phase(number, name, samples, x, total))
        x += phases[-1].width
    return (*phases, *_across(across, total))


def _across(found: Mapping[str, Sequence[float]], total: float) -> list[Phase]:
    return [_phase(None, name, samples, 0.0, total) for name, samples in found.items()]


def _middle(samples: Sequence[float]) -> float:
    return max(float(median(samples)), 0.0)


def _phase(
    number: int | None, name: str, samples: Sequence[float], x: float, total: float
) -> Phase:
    share = _middle(samples) / total if 0 < total < math.inf else 0.0
    return Phase(
        number=number,
        name=name,
        count=len(samples),
        smallest=write_number(min(samples)),
        middle=write_number(median(samples)),
        largest=write_number(max(samples)),
        percent=f"{100 * share:.0f} %" if share >= 0.01 or not share else "< 1 %",
        x=round(x, 1),
        width=0.0 if number is None else round(WIDTH * share, 1),
        fill=0 if number is None else (number - 1) % _PATTERNS,
    )
