"""The one door to the database: opening it, its schema, and sessions.

There is one writer at a time, from its first statement on: what it has read is still so when it
writes. What raises inside a session leaves nothing behind. What SQLAlchemy and Alembic raise
becomes HistoryError here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from reports.history.errors import HistoryError, NotServed

MIGRATIONS = Path(__file__).with_name("migrations")
_WRITES = "rig_writes"
_BUSY_S = 60  # how long a writer waits for another one
_LOCK = 0x52494748  # a number that nobody else locks by, on PostgreSQL

_ALEMBIC = threading.Lock()  # its context is one for the whole process


class History:
    """An open database. Its schema is that of this rig once the constructor returns."""

    def __init__(self, where: str | Path) -> None:
        self._url = _url(where)
        self.name = self._url.render_as_string(hide_password=True)
        with self._complaints():
            self._engine = _engine(self._url)
            self._read = sessionmaker(self._engine)
            self._write = sessionmaker(self._engine.execution_options(**{_WRITES: True}))
            try:
                self._bring_up_to_date()
            except BaseException:
                self._engine.dispose()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database."""
        with self._complaints(), self._read() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept when the block ends, all or none."""
        with self._complaints(), self._write.begin() as session:
            _await_turn(session.connection())
            yield session

    def close(self) -> None:
        """Close all connections. Idempotent."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @contextmanager
    def _complaints(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as exc:
            said = " ".join(str(exc.orig).split())
            raise HistoryError(f"history {self.name}: {said}") from exc
        except (SQLAlchemyError, CommandError) as exc:
            raise HistoryError(f"history {self.name}: {exc}") from exc

    def _bring_up_to_date(self) -> None:
        config = Config(attributes={})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        script = ScriptDirectory.from_config(config)
        with self._engine.connect() as connection:
            if self._is_current(connection, script):
                return
        with self._engine.execution_options(**{_WRITES: True}).begin() as connection:
            _await_turn(connection)
            if not self._is_current(connection, script):  # another process may have been faster
                config.attributes["connection"] = connection
                with _ALEMBIC:
                    command.upgrade(config, "head")

    def _is_current(self, connection: Connection, script: ScriptDirectory) -> bool:
        found = MigrationContext.configure(connection).get_current_revision()
        known = {revision.revision for revision in script.walk_revisions()}
        if found is not None and found not in known:
            said = f"its schema {found!r} is not known here: it was made by a newer rig"
            raise HistoryError(f"history {self.name}: {said}")
        return found == script.get_current_head()


def _url(where: str | Path) -> URL:
    """A path is a file of SQLite; PostgreSQL is spoken to by psycopg."""
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite", database=str(where))
    try:
        url = make_url(where)
    except (SQLAlchemyError, ValueError) as exc:
        raise NotServed("this is no URL of a database") from exc  # it may hold a password
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise NotServed(f"no history on {url.drivername!r}: sqlite or postgresql")
    return url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True)
    if url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise HistoryError(f"history {url.database}: {exc.strerror}") from exc
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_S})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # or Python's module commits before what changes the schema
    # FULL: what a night says is in the history has to be there after a power cut.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _await_turn(connection: Connection) -> None:
    """Be the one writer, until the transaction ends. SQLite has seen to it when it began."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _begin_sqlite(connection: Connection) -> None:
    """A writer that begins as a reader could find that somebody else has written meanwhile."""
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
