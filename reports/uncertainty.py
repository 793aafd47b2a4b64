"""The uncertainty budgets of a run, each once, and which measurements stand on which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.measurements import Measured
from reports.wording import write_number, write_significant
from rig.records.run import RunStarted
from rig.records.uncertainty import UncertaintyBudget


@dataclass(frozen=True, slots=True)
class BudgetShown:
    """A budget with its figures in words, and the names of what it is the budget of."""

    budget: UncertaintyBudget
    quantities: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # name, value, distribution, divisor, sensitivity, u, freedom

    @property
    def freedom(self) -> str:
        """The effective degrees of freedom."""
        return write_freedom(self.budget.freedom)


def list_budgets(started: RunStarted, measurements: Sequence[Measured]) -> tuple[BudgetShown, ...]:
    """The budgets of what was measured in this run; others of the bench are left out."""
    used: dict[str, dict[str, None]] = {}
    for row in measurements:
        used.setdefault(row.measurement.budget, {})[row.measurement.name] = None
    return tuple(
        BudgetShown(one, tuple(used[one.quantity]), _rows(one))
        for one in started.budgets
        if one.quantity in used
    )


def unbudgeted(measurements: Sequence[Measured]) -> tuple[str, ...]:
    """What was measured and has no budget: counts, shares, and all of older runs."""
    names = (row.measurement.name for row in measurements if not row.measurement.budget)
    return tuple(dict.fromkeys(names))


def write_uncertainty(value: float) -> str:
    """Write an uncertainty with two significant digits (GUM 7.2.6)."""
    return write_significant(value, 2)


def write_freedom(freedom: float | None) -> str:
    """Write degrees of freedom; those that nothing limits are infinite."""
    return "∞" if freedom is None else write_number(freedom)


def _rows(budget: UncertaintyBudget) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            one.name,
            f"{write_uncertainty(one.value)} {one.unit}",
            one.distribution,
            write_number(one.divisor),
            write_number(one.sensitivity),
            write_uncertainty(one.standard),
            write_freedom(one.freedom),
            one.source,
        )
        for one in budget.components
    )
