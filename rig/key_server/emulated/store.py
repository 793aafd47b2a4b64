"""The database file. The only door to sqlite3: its exceptions become ours here."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from rig.key_server.emulated import schema
from rig.key_server.errors import StoreError, WrongStore

Tables: TypeAlias = sqlite3.Connection
Row: TypeAlias = sqlite3.Row


class Store:
    """One SQLite file in WAL mode, safe to use from several threads, and across a crash.

    ``observer`` is told each statement as it starts; the database knows no secret (see seal).
    """

    def __init__(self, path: Path | None, observer: Callable[[str], None] | None = None) -> None:
        """Opens or creates the file. Raises StoreError, WrongStore.

        Without a path the tables are in the memory of this process alone: nothing is written to
        a disk, and closing throws all of it away. For servers that live for one test.
        """
        self._lock = threading.Lock()
        name = path.name if path is not None else ":memory:"
        with _failures(f"open {name}"):
            self._tables = sqlite3.connect(
                path or ":memory:", isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare(name)
        except BaseException:
            self._tables.close()
            raise
        self._tables.set_trace_callback(observer)

    def _prepare(self, name: str) -> None:
        self._tables.row_factory = sqlite3.Row
        with _failures(f"prepare {name}"):
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self._tables.execute(f"PRAGMA {pragma}")
            version = self._tables.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                created = f"BEGIN;{schema.TABLES}PRAGMA user_version = {schema.VERSION};COMMIT;"
                self._tables.executescript(created)
            elif version != schema.VERSION:
                raise WrongStore(f"{name} has layout {version}; this server reads {schema.VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[Tables]:
        """All of it or nothing: whatever leaves the block as an exception undoes the block."""
        with self._lock, _failures("a transaction"):
            self._tables.execute("BEGIN IMMEDIATE")
            try:
                yield self._tables
                self._tables.execute("COMMIT")
            except BaseException:
                self._tables.rollback()
                raise

    def close(self) -> None:
        """Close the file; an open transaction is undone."""
        with self._lock:
            self._tables.close()


@contextmanager
def _failures(doing: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        raise StoreError(f"{doing}: {exc}") from exc
