"""What the nights have brought of a requirement: a series for all that makes nights comparable.

Samples of one night are pooled over its runs and attempts, and the night's median is of them all:
the night is the unit, never the run or the tap. Two tests that take a quantity of the same name
take it in different situations, so each has a series of its own. A result without a measurement
is in a series without a metric, for its verdicts.
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from reports.history.samples import unpack
from reports.history.store import History
from reports.history.tables import MeasurementRow, RequirementRow, ResultRow, RunRow

_JUDGED = ("pass", "fail")


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """What must stay the same for nights to be compared."""

    metric: str  # "" for verdicts alone
    unit: str
    test: str
    vehicle: str
    phone: str
    software: str
    fixture: str
    simulated: bool

    @property
    def handle(self) -> str:
        """A short name that a person can type; the same series has the same one for ever."""
        texts = (str(part) for part in astuple(self))
        return hashlib.sha256("\x1f".join(texts).encode("utf-8", "replace")).hexdigest()[:10]


@dataclass(slots=True)
class TrendNight:
    """What one night brought to one series."""

    night: date
    samples: list[float] = field(default_factory=list)
    wanted: int = 0
    passed: int = 0
    judged: int = 0  # results that passed or failed, each attempt by itself
    complete: bool = True  # no run of this night was cut off

    @property
    def median(self) -> float | None:
        """Of all samples; None without any."""
        return statistics.median(self.samples) if self.samples else None


@dataclass(frozen=True, slots=True)
class TrendSeries:
    """The nights of one series, oldest first, each once."""

    key: SeriesKey
    nights: tuple[TrendNight, ...]


def trend(history: History, requirement: str, nights: int | None = None) -> list[TrendSeries]:
    """All series of a requirement over its newest nights, or all; empty when it has none."""
    with history.reading() as session:
        since = _since(session, requirement, nights)
        return _grouped(session.execute(_rows(requirement, since))) if since else []


def _since(session: Session, requirement: str, nights: int | None) -> date | None:
    """The first night that counts. The requirement's index answers alone."""
    found = select(RequirementRow.night).where(RequirementRow.requirement == requirement)
    newest = found.distinct().order_by(RequirementRow.night.desc()).limit(nights)
    return min(session.scalars(newest), default=None)


def _rows(requirement: str, since: date) -> Any:
    """A row for each measurement of a result, and one for a result that has none."""
    of_result = and_(RequirementRow.run == ResultRow.run, RequirementRow.result == ResultRow.number)
    measured = and_(
        MeasurementRow.run == RequirementRow.run, MeasurementRow.result == RequirementRow.result
    )
    return (
        select(
            RequirementRow.night,
            MeasurementRow.metric,
            MeasurementRow.unit,
            ResultRow.test,
            ResultRow.vehicle,
            MeasurementRow.phone.label("measured_on"),
            RunRow.phone,
            RunRow.software,
            RunRow.fixture,
            RunRow.simulated,
            RunRow.complete,
            ResultRow.verdict,
            MeasurementRow.wanted,
            MeasurementRow.samples,
        )
        .join(RunRow, RunRow.id == RequirementRow.run)
        .join(ResultRow, of_result)
        .outerjoin(MeasurementRow, measured)
        .where(RequirementRow.requirement == requirement, RequirementRow.night >= since)
        .order_by(
            RequirementRow.night, RequirementRow.run, RequirementRow.result, MeasurementRow.number
        )
    )


def _grouped(rows: Iterable[Any]) -> list[TrendSeries]:
    found: dict[SeriesKey, dict[date, TrendNight]] = {}
    for night, metric, unit, test, vehicle, on, phone, *rest in rows:
        *middle, complete, verdict, wanted, packed = rest
        key = SeriesKey(metric or "", unit or "", test, vehicle, on or phone, *middle)
        nights = found.setdefault(key, {})
        into = nights.setdefault(night, TrendNight(night))
        into.samples += unpack(packed or b"")
        into.wanted += wanted or 0
        into.passed += verdict == "pass"
        into.judged += verdict in _JUDGED
        into.complete = into.complete and complete
    measured_first = sorted(found, key=lambda key: (not key.metric, key))
    return [TrendSeries(key, tuple(found[key].values())) for key in measured_first]
