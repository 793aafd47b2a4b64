"""Changes that a night's analysis found: kept as they were told, for who asks later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import delete, insert

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
