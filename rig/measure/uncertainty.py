"""Uncertainty budgets of what a bench measures, after the GUM (JCGM 100:2008).

What was measured or stated goes in as components, what nobody knows is listed by name and is in
no figure. The coverage factor is Student's for 95.45 % at the effective degrees of freedom: 2.00
where they are many. Components are of a sample, so U is that of a single value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rig.measure.errors import FigureError
from rig.records.uncertainty import UncertaintyBudget
from rig.records.uncertainty import UncertaintyComponent as Component

LATENCY, RANGE, DISTANCE = "latency", "range", "distance of a decision"
UNITS = {LATENCY: "ms", RANGE: "m", DISTANCE: "m"}
DIVISORS = {"normal": 1.0, "rectangular": math.sqrt(3), "triangular": math.sqrt(6)}
COVERAGE = 0.9545  # of two standard deviations of a normal distribution
_SCALES = {"s": 1e-3, "ms": 1.0, "us": 1e3, "ns": 1e6, "m": 1.0, "cm": 100.0, "mm": 1000.0}
_IN = {LATENCY: ("s", "ms", "us", "ns"), RANGE: ("m", "cm", "mm"), DISTANCE: ("m", "cm", "mm")}

# What a budget has to speak of; what no one measured or stated is told to be unknown.
EXPECTED: dict[str, dict[str, str]] = {
    LATENCY: {
        "clock resolution": "the step of the clock could not be seen",
        "clock offset": "not stated whether one clock stamps both ends",
        "relay actuation": "no figure: rig doctor --measure --move SWITCH --keep FILE takes it",
        "sensor debounce": "no sensor states its debounce_ms",
        "reader poll period": "no figure: rig doctor --measure --keep FILE takes it",
    },
    RANGE: {
        "antenna delay": "no anchor is calibrated (rig calibrate)",
        "chip resolution": "not stated",
        "positioning": "not stated how well a phone's position is known",
        "reference distance": "not stated how well the anchors' places are known",
    },
    DISTANCE: {
        "positioning": "not stated how well a phone's position is known",
        "reference distance": "not stated how well the vehicle's outline is known",
        "instant of the decision": "not stated how far a phone moves until it is noted",
    },
}


def kind_of(name: str, unit: str) -> str:
    """Which of the quantities a measurement is one of; "" for counts, shares and the like."""
    if unit in _IN[LATENCY]:
        return LATENCY
    if unit in _IN[RANGE]:
        return RANGE if name.startswith("range_") else DISTANCE
    return ""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a contribution is, and how many degrees of freedom stand behind that (None: many).

    A standard uncertainty for "normal", else half the width of what is possible.
    """

    value: float
    unit: str
    distribution: str = "normal"
    freedom: float | None = None


def component(name: str, size: Size, *, source: str, sensitivity: float = 1.0) -> Component:
    """A contribution; ``sensitivity`` leads from the size's unit to the budget's.

    Raises FigureError for what is no figure.
    """
    if size.distribution not in DIVISORS:
        known = ", ".join(DIVISORS)
        raise FigureError(f"{name}: no distribution {size.distribution!r}; there are: {known}")
    if not (math.isfinite(size.value) and size.value >= 0 and math.isfinite(sensitivity)):
        raise FigureError(f"{name}: {size.value!r} is no uncertainty")
    if size.freedom is not None and not (math.isfinite(size.freedom) and size.freedom >= 1):
        raise FigureError(f"{name}: {size.freedom!r} are no degrees of freedom")
    if not source.strip():
        raise FigureError(f"{name}: a contribution names its source")
    divisor = DIVISORS[size.distribution]
    return Component(
        name=name,
        value=size.value,
        unit=size.unit,
        distribution=size.distribution,
        divisor=divisor,
        sensitivity=sensitivity,
        standard=abs(sensitivity) * size.value / divisor,
        freedom=size.freedom,
        source=source,
    )


def scale(quantity: str, unit: str) -> float | None:
    """What leads from a unit to that of a quantity's budget; None for a unit of something else."""
    return 1 / _SCALES[unit] if unit in _IN[quantity] else None


def budget(
    quantity: str,
    components: Sequence[Component],
    unknown: Mapping[str, str] | None = None,
) -> UncertaintyBudget:
    """Combine what is known. Nothing but zeroes is no uncertainty of zero: there is no figure."""
    missing = {**EXPECTED[quantity], **(unknown or {})}
    for one in components:
        missing.pop(one.name, None)
    combined = math.hypot(*(one.standard for one in components))
    if combined == 0:
        empty = tuple(components)
        return UncertaintyBudget(quantity, UNITS[quantity], empty, None, None, None, None, missing)
    freedom = effective_freedom(components, combined)
    factor = coverage_factor(freedom)
    return UncertaintyBudget(
        quantity=quantity,
        unit=UNITS[quantity],
        components=tuple(components),
        combined=combined,
        freedom=freedom,
        coverage=factor,
        expanded=factor * combined,
        unknown=missing,
    )


def effective_freedom(components: Iterable[Component], combined: float) -> float | None:
    """Welch and Satterthwaite's (GUM G.4.1, G.2b); None where nothing limits it."""
    terms = math.fsum(
        (one.standard / combined) ** 4 / one.freedom for one in components if one.freedom
    )
    return 1 / terms if terms else None


def coverage_factor(freedom: float | None) -> float:
    """Student's t for 95.45 %, at whole degrees of freedom as GUM G.4.1 demands; 2 for many."""
    return 2.0 if freedom is None or freedom > 1e6 else _student(max(1, math.floor(freedom)))


@lru_cache(maxsize=256)
def _student(freedom: int) -> float:
    low, high = 1.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < COVERAGE else (low, middle)
    return round(low, 6)


def _within(t: float, freedom: int) -> float:
    """Probability of |t| and less (Abramowitz and Stegun 26.7.3, 26.7.4); exact."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine if odd else 1.0), 0.0
    for k in range(2 if odd else 1, freedom, 2):
        total += term
        term *= cosine**2 * k / (k + 1)
    return (2 / math.pi) * (angle + sine * total) if odd else sine * total


@dataclass(frozen=True, slots=True)
class Budgets:
    """The budgets of a bench, asked by measurements."""

    known: tuple[UncertaintyBudget, ...] = ()

    def of(self, name: str, unit: str) -> str:
        """The quantity whose budget a measurement has; "" for none."""
        found = self._find(name, unit)
        return "" if found is None else found.quantity

    def expanded(self, name: str, unit: str) -> float | None:
        """U of a sample in the measurement's unit; None where a part of it is not evaluated.

        A figure that leaves something out would be a smaller one than the truth.
        """
        found = self._find(name, unit)
        if found is None or found.expanded is None or found.unknown:
            return None
        return found.expanded * _SCALES[unit]

    def lacking(self, name: str, unit: str) -> tuple[str, ...]:
        """What there is no U for want of, by name."""
        found = self._find(name, unit)
        return () if found is None else tuple(found.unknown)

    def _find(self, name: str, unit: str) -> UncertaintyBudget | None:
        kind = kind_of(name, unit)
        return next((one for one in self.known if one.quantity == kind), None)
