"""Changes that a night's analysis found: kept as they were told, for who asks later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select

from reports.history.store import History
from reports.history.tables import ChangePointRow


def keep_changes(
    history: History, bench: str, night: date, changes: Iterable[dict[str, Any]]
) -> None:
    """Put a night's changes on a bench in the place of what was told of it before."""
    rows = [{"bench": bench, "night": night, **change} for change in changes]
    with history.writing() as session:
        of_night = (ChangePointRow.night == night, ChangePointRow.bench == bench)
        session.execute(delete(ChangePointRow).where(*of_night))
        if rows:
            session.execute(insert(ChangePointRow), rows)


def changes_of(history: History, series: str) -> list[tuple[date, date, str, float, str]]:
    """What was told of a series: night, since when, tier, shift and its unit; oldest first."""
    table = ChangePointRow
    query = select(table.night, table.since, table.tier, table.shift, table.shift_unit)
    with history.reading() as session:
        rows = session.execute(query.where(table.series == series).order_by(table.night))
        return [tuple(row) for row in rows]  # type: ignore[misc]
