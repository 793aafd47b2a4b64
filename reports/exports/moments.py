"""The times of records, as other formats count them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reports.errors import ReportError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def since_epoch_ns(time_utc: str) -> int:
    """ISO 8601 text in ns since 1970; raises ReportError for what is no such time."""
    try:
        moment = datetime.fromisoformat(time_utc)
    except ValueError as exc:
        raise ReportError(f"a record's time is no time: {time_utc!r}") from exc
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def since_epoch_ms(time_utc: str) -> int:
    """ISO 8601 text in ms since 1970; raises ReportError for what is no such time."""
    return since_epoch_ns(time_utc) // 1_000_000
