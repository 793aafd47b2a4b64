"""Which runs the history has, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from reports.history.errors import NoSuchRun
from reports.history.store import History
from reports.history.tables import ResultRow, RunRow

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in a line. ``verdict`` is "" where nothing was judged."""

    number: int  # the database's own
    run_id: str
    night: date
    started_utc: str
    bench: str
    plan: str
    verdict: str
    complete: bool
    under_way: str  # the test that a killed run was in
    simulated: bool
    results: int


def list_runs(history: History, most: int | None = None) -> list[RunSummary]:
    """The newest runs, or all."""
    newest = _summaries().order_by(RunRow.started_utc.desc(), RunRow.run_id).limit(most)
    with history.reading() as session:
        return [RunSummary(*row) for row in session.execute(newest)]


def find_run(session: Session, name: str) -> RunSummary:
    """The run of this id, or the only one whose id begins so. Raises NoSuchRun."""
    exact = session.execute(_summaries().where(RunRow.run_id == name)).first()
    if exact:
        return RunSummary(*exact)
    begins_so = func.substr(RunRow.run_id, 1, len(name)) == name
    query = _summaries().where(begins_so).order_by(RunRow.run_id).limit(_MOST_NAMED + 1)
    found = [RunSummary(*row) for row in session.execute(query)]
    if not found:
        raise NoSuchRun(f"no run {name!r} in the history; bring it in with: rig history import")
    if len(found) > 1:
        named = ", ".join(run.run_id for run in found[:_MOST_NAMED])
        more = ", ..." if len(found) > _MOST_NAMED else ""
        raise NoSuchRun(f"several runs begin with {name!r}: {named}{more}")
    return found[0]


def fixtures_known(history: History) -> frozenset[str]:
    """Every fixture that a run was on."""
    with history.reading() as session:
        return frozenset(session.scalars(select(RunRow.fixture).distinct()))


def _summaries() -> Select[int, str, date, str, str, str, str, bool, str, bool, int]:
    counted = (
        select(func.count()).where(ResultRow.run == RunRow.id).correlate(RunRow).scalar_subquery()
    )
    return select(
        RunRow.id,
        RunRow.run_id,
        RunRow.night,
        RunRow.started_utc,
        RunRow.bench,
        RunRow.plan,
        RunRow.verdict,
        RunRow.complete,
        RunRow.under_way,
        RunRow.simulated,
        counted,
    )
