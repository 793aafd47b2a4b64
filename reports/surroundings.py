"""The surroundings that were measured before each test: over the whole run, and test by test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.trials import Trial
from rig.records.run import Result


@dataclass(frozen=True, slots=True)
class MeasuredRange:
    """One quantity over a run, as it was recorded."""

    name: str
    lowest: str
    highest: str
    readings: int


@dataclass(frozen=True, slots=True)
class Period:
    """Tests in a row that were made in the same surroundings; the first, and how many attempts."""

    trial: Trial
    values: dict[str, str]
    attempts: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Empty where no sensor was read."""

    ranges: tuple[MeasuredRange, ...]
    periods: tuple[Period, ...]


def list_surroundings(trials: Sequence[Trial]) -> Surroundings:
    """Draw together what results recorded, in the order in which they were begun."""
    attempts = [(trial, result) for trial in trials for result in trial.attempts]
    attempts.sort(key=lambda one: one[1].started_utc)
    told = [(trial, result) for trial, result in attempts if result.environment]
    return Surroundings(_ranges([result for _, result in told]), tuple(_periods(told)))


def _ranges(results: Sequence[Result]) -> tuple[MeasuredRange, ...]:
    found: dict[str, list[tuple[float, str]]] = {}
    for result in results:
        for name, text in result.environment.items():
            if (value := _number(text)) is not None:
                found.setdefault(name, []).append((value, text))
    return tuple(
        MeasuredRange(name, min(values)[1], max(values)[1], len(values))
        for name, values in found.items()
    )


def _periods(told: Sequence[tuple[Trial, Result]]) -> list[Period]:
    periods: list[Period] = []
    for trial, result in told:
        if periods and periods[-1].values == result.environment:
            last = periods[-1]
            periods[-1] = Period(last.trial, last.values, last.attempts + 1)
        else:
            periods.append(Period(trial, result.environment, 1))
    return periods


def _number(text: str) -> float | None:
    """The number that a text such as "21.5 °C" begins with."""
    try:
        return float(text.split(" ", 1)[0])
    except ValueError:
        return None
