"""The benchmark of the history asks both sizes; time that was won by doing nothing is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.history.importing import Outcome
from tests.bench import history_growth
from tests.bench.harness import BenchFailed
from tests.bench.history_growth import Sizes, rows
from tests.reports.history.postgres import PostgresAbsent

TINY = Sizes(small=2, large=4, rounds=2, asked=3)


@pytest.fixture(autouse=True)
def without_postgres(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise PostgresAbsent("PostgreSQL is missing")

    monkeypatch.setattr(history_growth, "postgres", absent)


def test_imports_and_trends_are_judged_and_what_is_missing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported, newest, whole = rows(tmp_path, TINY)
    assert [row.target for row in (imported, newest, whole)] == [1.5, 3.0, None]
    assert "13,360 samples" in imported.name
    assert "for 180 and 180 samples" in newest.against  # both have three nights of three tests
    assert "for 420 and 300 samples" in whole.against
    assert "PostgreSQL is missing" in capsys.readouterr().err


def test_an_import_that_does_nothing_has_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_growth, "import_run", lambda *_: Outcome.UNCHANGED)
    with pytest.raises(BenchFailed, match="was there already"):
        rows(tmp_path, TINY)
