"""Quarantine: tests that may fail for a while without closing the gate.

Each has an owner, a ticket and a last day. It still runs, is listed by itself and never counts as
passed. Who may be put here is for the caller to say; what is written here is what was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from reports.history.errors import HistoryError
from reports.history.store import History
from reports.history.tables import LONG_NAME, QuarantineRow, RequirementRow, ResultRow, RunRow


@dataclass(frozen=True, slots=True)
class Quarantine:
    """One test, or all cases of one that is named without its case."""

    test: str
    owner: str
    ticket: str
    since: date
    until: date  # the last day

    def holds(self, on: date) -> bool:
        """Whether it counts on a day."""
        return self.since <= on <= self.until

    def covers(self, test: str) -> bool:
        """Whether it is of this test."""
        return test == self.test or test.partition("[")[0] == self.test


def add_quarantine(history: History, quarantine: Quarantine) -> None:
    """Add one, or put it in the place of what there was for this test."""
    if len(quarantine.test) > LONG_NAME:
        raise HistoryError(f"the name of a test has at most {LONG_NAME} characters")
    names = ("test", "owner", "ticket", "since", "until")
    with history.writing() as session:
        session.execute(delete(QuarantineRow).where(QuarantineRow.test == quarantine.test))
        session.add(QuarantineRow(**{name: getattr(quarantine, name) for name in names}))


def remove_quarantine(history: History, test: str) -> bool:
    """Take one away; whether there was one."""
    with history.writing() as session:
        gone = session.execute(delete(QuarantineRow).where(QuarantineRow.test == test))
        return bool(gone.rowcount)  # type: ignore[attr-defined]


def list_quarantine(history: History) -> list[Quarantine]:
    """All there are, also those that are over, by test."""
    with history.reading() as session:
        rows = session.scalars(select(QuarantineRow).order_by(QuarantineRow.test))
        return [Quarantine(r.test, r.owner, r.ticket, r.since, r.until) for r in rows]


def requirements_of(history: History, test: str) -> frozenset[str] | None:
    """What the newest run with this test, or with cases of it, says that it is evidence for.

    None when no run has had it.
    """
    named = (ResultRow.test == test) | ResultRow.test.startswith(f"{test}[", autoescape=True)
    of_result = (RequirementRow.run == ResultRow.run) & (RequirementRow.result == ResultRow.number)
    query = (
        select(RunRow.started_utc, RequirementRow.requirement)
        .join(ResultRow, ResultRow.run == RunRow.id)
        .outerjoin(RequirementRow, of_result)
        .where(named)
        .order_by(RunRow.started_utc.desc())
    )
    with history.reading() as session:
        rows = [(str(at), name) for at, name in session.execute(query)]
    return frozenset(name for at, name in rows if name and at == rows[0][0]) if rows else None
