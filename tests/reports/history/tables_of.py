"""Everything that a history holds, for two states of it to be compared."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from reports.history.store import History
from reports.history.tables import Table

_OF_THE_DATABASE = {"id", "run", "imported_utc"}  # what differs when the same is imported again


def held(history: History) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, without what the database itself has numbered."""
    with history.reading() as session:
        return {
            table.name: sorted(
                (
                    {k: v for k, v in row._mapping.items() if k not in _OF_THE_DATABASE}  # noqa: SLF001
                    for row in session.execute(select(table))
                ),
                key=repr,
            )
            for table in Table.metadata.sorted_tables
        }
