"""The migrations make the tables that the models speak of, once, on a database of any age."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, make_url, text

from reports.history.errors import HistoryError
from reports.history.importing import import_run
from reports.history.store import History
from reports.history.tables import Table
from tests.reports.history.tables_of import held
from tests.reports.sample_runs import result, taps, write_run

FIRST_TABLES = ("run", "device", "result", "result_requirement", "measurement")


@contextmanager
def connected(where: str) -> Iterator[Connection]:
    """Past the store, to see what the store has made."""
    url = make_url(where if "://" in where else f"sqlite:///{where}")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def test_the_migrations_make_what_the_models_say(where: str) -> None:
    History(where).close()
    with connected(where) as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Table.metadata) == []
        assert context.get_current_revision() is not None


def test_a_history_of_the_first_schema_keeps_its_runs(where: str, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", [result("a::tap", measurements=(taps([300.0]),))])
    with History(where) as history:
        import_run(history, folder)
        before = {name: rows for name, rows in held(history).items() if name in FIRST_TABLES}
    with connected(where) as connection:  # back to what the first schema was
        for table in ("baseline", "change_point", "quarantine", "waiver"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("ALTER TABLE measurement DROP COLUMN phone"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with History(where) as history:
        assert {name: held(history)[name] for name in before} == before
    with connected(where) as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_a_schema_that_differs_from_the_models_is_seen(where: str) -> None:
    History(where).close()
    with connected(where) as connection:
        connection.execute(text("ALTER TABLE device DROP COLUMN firmware"))
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata)


def test_a_history_of_a_newer_rig_is_left_alone(where: str) -> None:
    History(where).close()
    with connected(where) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(HistoryError, match="'9999' is not known here: it was made by a newer rig"):
        History(where)


def test_a_new_history_may_be_opened_by_many_at_once(where: str) -> None:
    opened: list[str] = []
    start = threading.Barrier(4)

    def open_it() -> None:
        start.wait(10)
        with History(where) as history:
            opened.append(history.name)

    threads = [threading.Thread(target=open_it, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(opened) == 4


def test_sqlite_keeps_a_log_ahead_so_that_readers_and_a_writer_do_not_wait(tmp_path: Path) -> None:
    with History(tmp_path / "h.db") as history, history.writing() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA synchronous")) == 2  # FULL: kept through a power cut
        with history.reading() as other:
            assert other.scalar(text("SELECT count(*) FROM run")) == 0


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("mysql://rig:secret@host/db", "no history on 'mysql'"),
        ("postgresql://rig:secret@host:port/db", "no URL of a database"),
    ],
)
def test_another_kind_of_database_is_refused(where: str, said: str) -> None:
    with pytest.raises(HistoryError, match=said) as caught:
        History(where)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("This is no database.\n" * 50)
    with pytest.raises(HistoryError, match=r"notes\.txt: file is not a database"):
        History(path)
    assert path.read_text().startswith("This is no database.")
