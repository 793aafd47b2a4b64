"""What the newest nights of one bench brought: every metric and every test, for their judgement.

Only series of the fixtures and vehicles that a night had are asked for: what another revision of
the bench has measured is not comparable.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from reports.history.samples import unpack
from reports.history.store import History
from reports.history.tables import DeviceRow, MeasurementRow, ResultRow, RunRow
from reports.history.trend import SeriesKey, TrendNight, TrendSeries

NIGHTS = 120  # what a judgement looks back at, at most
_JUDGED = ("pass", "fail")


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """How one test ended in one run; the last attempt stands."""

    __test__ = False

    test: str
    run_id: str
    started_utc: str
    verdict: str
    retried: bool


def bench_series(
    history: History, fixtures: Collection[str], tonight: date, nights: int = NIGHTS
) -> list[TrendSeries]:
    """All series of these fixtures in their newest nights up to ``tonight``, measured ones first.

    A test has a series without a metric besides, whose nights count what passed.
    """
    with history.reading() as session:
        since = _since(session, fixtures, tonight, nights)
        if since is None:
            return []
        found: dict[SeriesKey, dict[date, TrendNight]] = {}
        for row in session.execute(_measured(fixtures, since, tonight)):
            _add_measured(found, *row)
        for row in session.execute(_judged(fixtures, since, tonight)):
            _add_judged(found, *row)
    ordered = sorted(found, key=lambda key: (not key.metric, key))
    return [TrendSeries(key, tuple(found[key].values())) for key in ordered]


def _since(session: Session, fixtures: Collection[str], tonight: date, nights: int) -> date | None:
    of_bench = select(RunRow.night).where(RunRow.fixture.in_(fixtures), RunRow.night <= tonight)
    newest = of_bench.distinct().order_by(RunRow.night.desc()).limit(nights)
    return min(session.scalars(newest), default=None)


def _in_time(fixtures: Collection[str], since: date, tonight: date) -> Any:
    in_time = RunRow.night.between(since, tonight)
    return and_(RunRow.fixture.in_(fixtures), in_time)


def _measured(fixtures: Collection[str], since: date, tonight: date) -> Any:
    of_result = and_(MeasurementRow.run == ResultRow.run, MeasurementRow.result == ResultRow.number)
    return (
        select(
            RunRow.night,
            RunRow.complete,
            MeasurementRow.metric,
            MeasurementRow.unit,
            ResultRow.test,
            ResultRow.vehicle,
            MeasurementRow.phone,
            RunRow.phone,
            RunRow.software,
            RunRow.fixture,
            RunRow.simulated,
            MeasurementRow.wanted,
            MeasurementRow.samples,
        )
        .join(ResultRow, ResultRow.run == RunRow.id)
        .join(MeasurementRow, of_result)
        .where(_in_time(fixtures, since, tonight))
        .order_by(RunRow.night, RunRow.id, ResultRow.number, MeasurementRow.number)
    )


def _judged(fixtures: Collection[str], since: date, tonight: date) -> Any:
    return (
        select(
            RunRow.night,
            RunRow.complete,
            ResultRow.test,
            ResultRow.vehicle,
            RunRow.phone,
            RunRow.software,
            RunRow.fixture,
            RunRow.simulated,
            ResultRow.verdict,
        )
        .join(ResultRow, ResultRow.run == RunRow.id)
        .where(_in_time(fixtures, since, tonight), ResultRow.verdict.in_(_JUDGED))
        .order_by(RunRow.night, RunRow.id, ResultRow.number)
    )


def _add_measured(
    found: dict[SeriesKey, dict[date, TrendNight]], night: date, complete: bool, *rest: Any
) -> None:
    metric, unit, test, vehicle, on, phone, software, fixture, simulated, wanted, packed = rest
    key = SeriesKey(metric, unit, test, vehicle, on or phone, software, fixture, simulated)
    into = found.setdefault(key, {}).setdefault(night, TrendNight(night))
    into.samples += unpack(packed)
    into.wanted += wanted
    into.complete = into.complete and complete


def _add_judged(
    found: dict[SeriesKey, dict[date, TrendNight]], night: date, complete: bool, *rest: Any
) -> None:
    *named, verdict = rest
    into = found.setdefault(SeriesKey("", "", *named), {}).setdefault(night, TrendNight(night))
    into.passed += verdict == "pass"
    into.judged += 1
    into.complete = into.complete and complete


def bench_of(history: History, runs: Collection[str], device: str) -> tuple[frozenset[str], str]:
    """The fixtures of runs, and who a device of their bench is; "" where there is none."""
    fixtures = select(RunRow.fixture).where(RunRow.run_id.in_(runs))
    named = (
        select(DeviceRow.make, DeviceRow.model, DeviceRow.serial)
        .join(RunRow, RunRow.id == DeviceRow.run)
        .where(RunRow.run_id.in_(runs), DeviceRow.name == device)
    )
    with history.reading() as session:
        parts = session.execute(named).first() if device else None
        who = "" if parts is None else " ".join(filter(None, parts)) or device
        return frozenset(session.scalars(fixtures)), who


def outcomes(
    history: History, tests: Collection[str], runs: int, since: date
) -> dict[str, list[TestOutcome]]:
    """How tests ended in their newest runs of the nights from ``since`` on, oldest first."""
    rows = (
        select(
            ResultRow.test, RunRow.run_id, RunRow.started_utc, ResultRow.verdict, ResultRow.attempt
        )
        .join(ResultRow, ResultRow.run == RunRow.id)
        .where(RunRow.night >= since)
        .order_by(RunRow.started_utc, RunRow.id, ResultRow.number)
    )
    found: dict[str, dict[str, TestOutcome]] = {test: {} for test in tests}
    with history.reading() as session:
        for test, run_id, started_utc, verdict, attempt in session.execute(rows):
            if (of_test := found.get(test)) is not None:
                again = attempt > 1 or run_id in of_test
                of_test[run_id] = TestOutcome(test, run_id, started_utc, verdict, again)
    return {test: list(of_test.values())[-runs:] for test, of_test in found.items()}
