"""Every test that asks for ``where`` or ``history`` runs on both databases."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.history.store import History
from tests.reports.history.postgres import PostgresAbsent, make_database, postgres

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL that all tests share; each has a database of its own on it."""
    try:
        running = postgres()
        url = running.__enter__()
    except PostgresAbsent as exc:
        pytest.skip(str(exc))
    try:
        yield url
    finally:
        running.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new, empty history is."""
    if request.param == "sqlite":
        return str(tmp_path / "kept" / "history.db")
    return make_database(request.getfixturevalue("server"), f"history_{next(_NUMBERS)}")


@pytest.fixture
def history(where: str) -> Iterator[History]:
    """A new, empty history."""
    with History(where) as opened:
        yield opened
