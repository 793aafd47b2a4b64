"""How uncertain a measured quantity is: a budget as the GUM (JCGM 100:2008) writes it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UncertaintyComponent:
    """One contribution. ``standard`` is value / divisor * sensitivity, in the budget's unit."""

    name: str
    value: float  # a standard uncertainty ("normal"), or half the width of what is possible
    unit: str
    distribution: str  # "normal", "rectangular" or "triangular"
    divisor: float
    sensitivity: float
    standard: float
    freedom: float | None  # degrees of freedom; None: not limited
    source: str  # who measured or stated it


@dataclass(frozen=True, slots=True)
class UncertaintyBudget:
    """What is known of a quantity's uncertainty, and what is not.

    ``expanded`` is coverage * combined, for 95.45 %; None where nothing is known. What is
    ``unknown`` (name -> why) is in no figure here, so the true uncertainty is larger.
    """

    quantity: str  # "latency", "range" or "distance of a decision"
    unit: str
    components: tuple[UncertaintyComponent, ...]
    combined: float | None
    freedom: float | None  # effective, by Welch and Satterthwaite; None: not limited
    coverage: float | None
    expanded: float | None
    unknown: dict[str, str] = field(default_factory=dict)
