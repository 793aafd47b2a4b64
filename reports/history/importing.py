"""Bringing runs into the history, each once, whole or not at all.

A run is known by its id, its journal by its hash. The same journal again changes nothing. A journal
that goes on where an incomplete one ended, octet for octet (a run that was under way, or was
resumed), takes its place. Any other journal of a known run is refused unless it is to be replaced.
"""

from __future__ import annotations

from datetime import UTC, date, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from reports.history.errors import JournalRefused
from reports.history.journal_file import JournalFile, read_journal
from reports.history.rows import Rows, to_rows
from reports.history.store import History
from reports.history.tables import (
    DeviceRow,
    MeasurementRow,
    RequirementRow,
    ResultRow,
    RunRow,
    WaiverRow,
)


class Outcome(StrEnum):
    """What an import did."""

    ADDED = "added"
    UNCHANGED = "already there"
    CONTINUED = "went on where it was cut off"
    REPLACED = "replaced"


def import_run(
    history: History, folder: Path, *, replace: bool = False, night: date | tzinfo = UTC
) -> Outcome:
    """Bring the run of a folder in. JournalRefused leaves the history as it was.

    ``night`` is that of the run, or the zone whose noons part the nights.
    """
    journal = read_journal(folder)
    rows = to_rows(journal, folder, night)
    with history.writing() as session:
        known = session.scalar(select(RunRow).where(RunRow.run_id == rows.run["run_id"]))
        outcome = _judge(known, journal, replace=replace)
        if outcome is Outcome.UNCHANGED:
            return outcome
        if known is not None:
            session.execute(delete(RunRow).where(RunRow.id == known.id))
        _add(session, rows)
    return outcome


def _judge(known: RunRow | None, journal: JournalFile, *, replace: bool) -> Outcome:
    if known is None:
        return Outcome.ADDED
    if known.journal_sha256 == journal.sha256:
        return Outcome.UNCHANGED
    if not known.complete and journal.begins_with(known.journal_sha256, known.journal_bytes):
        return Outcome.CONTINUED
    if replace:
        return Outcome.REPLACED
    raise JournalRefused(
        f"{journal.started.where}: run {known.run_id} is in the history with another journal; "
        "--replace would put this one in its place"
    )


def _add(session: Session, rows: Rows) -> None:
    run = RunRow(**rows.run)
    session.add(run)
    session.flush()
    below: dict[Any, list[dict[str, Any]]] = {
        DeviceRow: rows.devices,
        ResultRow: rows.results,
        RequirementRow: rows.requirements,
        MeasurementRow: rows.measurements,
        WaiverRow: rows.waivers,
    }
    for table, found in below.items():
        if found:
            session.execute(insert(table.__table__), [{"run": run.id, **row} for row in found])
