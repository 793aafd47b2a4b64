"""Baselines as the history keeps them: added, never changed; the newest of a series is in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from reports.history.store import History
from reports.history.tables import BaselineRow
from reports.history.trend import SeriesKey

_KEY = ("metric", "unit", "test", "vehicle", "phone", "software", "fixture", "simulated")


@dataclass(frozen=True, slots=True)
class KeptBaseline:
    """A baseline in force. ``figures`` are plain columns; who judges makes sense of them."""

    key: SeriesKey
    figures: dict[str, Any]
    golden: str
    person: str  # "" for the first one, that nobody accepted
    accepted_on: date
    reason: str


def keep_baseline(history: History, kept: KeptBaseline) -> None:
    """Add a baseline, which is the one in force from now on.

    A first one is added once: who comes second, after a power cut, finds it there.
    """
    columns = {name: getattr(kept.key, name) for name in _KEY}
    row = BaselineRow(
        series=kept.key.handle,
        golden=kept.golden,
        person=kept.person,
        accepted_on=kept.accepted_on,
        reason=kept.reason,
        **columns,
        **kept.figures,
    )
    with history.writing() as session:
        known = session.scalar(select(func.count()).where(BaselineRow.series == row.series))
        if kept.person or not known:
            session.add(row)


def baselines_in_force(history: History, series: Iterable[str] | None = None) -> list[KeptBaseline]:
    """The newest baseline of each series, or of those with these handles."""
    newest = select(func.max(BaselineRow.id)).group_by(BaselineRow.series)
    query = select(BaselineRow).where(BaselineRow.id.in_(newest)).order_by(BaselineRow.id)
    with history.reading() as session:
        found = [_kept(row) for row in session.scalars(query)]
    wanted = None if series is None else set(series)
    return [kept for kept in found if wanted is None or kept.key.handle in wanted]


def _kept(row: BaselineRow) -> KeptBaseline:
    columns = {column.name: getattr(row, column.name) for column in BaselineRow.__table__.columns}
    key = SeriesKey(*(columns.pop(name) for name in _KEY))
    for name in ("id", "series"):
        del columns[name]
    said = {name: columns.pop(name) for name in ("golden", "person", "accepted_on", "reason")}
    return KeptBaseline(key, columns, **said)
