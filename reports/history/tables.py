"""What the history keeps. Portable: nothing here is of one database only.

Times are UTC, as ISO 8601 text with offset; a night is a date (see ``nights``). Rows below a run
are numbered within it, in the order of its journal, so that they need no key from the database.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LONG_NAME = 500  # of a test that is looked up
NAME_LENGTH = 200  # of ids that are looked up: PostgreSQL indexes no text of any length

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can speak of them."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {str: Text(), float: Double()}  # noqa: RUF012 - as SQLAlchemy declares it


def _of_run() -> Mapped[int]:
    return mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)


class RunRow(Table):
    """One run, known by its id; ``journal_sha256`` is over the whole lines of its journal."""

    __tablename__ = "run"
    __table_args__ = (Index(None, "night"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    journal_sha256: Mapped[str] = mapped_column(String(64))
    journal_bytes: Mapped[int] = mapped_column(BigInteger)  # of whole lines
    schema: Mapped[int]
    complete: Mapped[bool]  # has a recorded end, and a result for each test that was begun
    under_way: Mapped[str]  # the test that a killed run was in
    started_utc: Mapped[str]
    night: Mapped[date] = mapped_column(Date)
    ended_utc: Mapped[str]
    verdict: Mapped[str]  # "" where nothing was judged
    exit_status: Mapped[int | None]
    reason: Mapped[str]
    bench: Mapped[str]
    plan: Mapped[str]
    plan_title: Mapped[str]
    simulated: Mapped[bool]
    rig_version: Mapped[str]
    bench_sha256: Mapped[str]
    plan_sha256: Mapped[str]
    lock_sha256: Mapped[str]
    vehicle: Mapped[dict[str, str]] = mapped_column(JSON)
    phone: Mapped[str]  # these three with the metric name a series
    software: Mapped[str]
    fixture: Mapped[str]
    imported_utc: Mapped[str]


class DeviceRow(Table):
    """One device of a run's bench."""

    __tablename__ = "device"

    run: Mapped[int] = _of_run()
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    driver: Mapped[str]
    simulated: Mapped[bool]
    make: Mapped[str]
    model: Mapped[str]
    serial: Mapped[str]
    firmware: Mapped[str]


class ResultRow(Table):
    """One attempt of one test."""

    __tablename__ = "result"

    run: Mapped[int] = _of_run()
    number: Mapped[int] = mapped_column(primary_key=True)
    test: Mapped[str]
    attempt: Mapped[int]
    verdict: Mapped[str]
    reason: Mapped[str]
    started_utc: Mapped[str]
    duration_s: Mapped[float]
    vehicle: Mapped[str]


class RequirementRow(Table):
    """A requirement that a result speaks of. It begins with what a trend is asked by."""

    __tablename__ = "result_requirement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["run", "result"], ["result.run", "result.number"], ondelete="CASCADE"
        ),
        Index(None, "run", "result"),
        {"sqlite_with_rowid": False},
    )

    requirement: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    night: Mapped[date] = mapped_column(Date, primary_key=True)
    run: Mapped[int] = mapped_column(primary_key=True)
    result: Mapped[int] = mapped_column(primary_key=True)


class MeasurementRow(Table):
    """All samples of one quantity in one result, packed (see ``samples``).

    A row for each sample would take many times the room, and nothing asks for one alone.
    """

    __tablename__ = "measurement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["run", "result"], ["result.run", "result.number"], ondelete="CASCADE"
        ),
    )

    run: Mapped[int] = mapped_column(primary_key=True)
    result: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    metric: Mapped[str]
    unit: Mapped[str]
    phone: Mapped[str] = mapped_column(server_default="")  # whose it is; "" for that of the run
    wanted: Mapped[int]
    taken: Mapped[int]
    median: Mapped[float | None]  # None without samples
    samples: Mapped[bytes] = mapped_column(LargeBinary)


class BaselineRow(Table):
    """A frozen baseline (see ``reports.regression.baseline``); the newest of a series is in force.

    The older ones stay, as what they were. ``person`` is "" for a first one, that nobody accepted.
    """

    __tablename__ = "baseline"
    __table_args__ = (Index(None, "series"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(String(NAME_LENGTH))  # its handle
    metric: Mapped[str]
    unit: Mapped[str]
    test: Mapped[str]
    vehicle: Mapped[str]
    phone: Mapped[str]
    software: Mapped[str]
    fixture: Mapped[str]
    simulated: Mapped[bool]
    scale: Mapped[str]
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    nights: Mapped[int]
    taps: Mapped[int]
    level: Mapped[float]
    spread: Mapped[float]
    golden: Mapped[str]  # the golden device that is divided out; "" without one
    golden_level: Mapped[float]
    weight: Mapped[float | None]
    pulled_in: Mapped[list[str]] = mapped_column(JSON)
    passed: Mapped[int]
    trials: Mapped[int]
    person: Mapped[str]
    accepted_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str]


class ChangePointRow(Table):
    """A change that a night's analysis found, as it was told."""

    __tablename__ = "change_point"

    night: Mapped[date] = mapped_column(Date, primary_key=True)
    series: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    bench: Mapped[str]
    tier: Mapped[str]
    since: Mapped[date] = mapped_column(Date)
    shift: Mapped[float]
    shift_low: Mapped[float]
    shift_high: Mapped[float]
    shift_unit: Mapped[str]
    worse: Mapped[bool]
    p: Mapped[float]
    q: Mapped[float]
    reason: Mapped[str]


class QuarantineRow(Table):
    """A test whose failures do not gate for a while, because somebody answers for it."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    test: Mapped[str] = mapped_column(String(LONG_NAME), unique=True)
    owner: Mapped[str]
    ticket: Mapped[str]
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)  # the last day


class WaiverRow(Table):
    """A waiver or deviation that a run's journal holds: who accepts what, why, and until when."""

    __tablename__ = "waiver"

    run: Mapped[int] = _of_run()
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    person: Mapped[str]
    reason: Mapped[str]
    ticket: Mapped[str]
    begins: Mapped[str]
    until: Mapped[str]
    requirement: Mapped[str]
    test: Mapped[str]
