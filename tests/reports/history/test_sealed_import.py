"""A sealed run comes into the history as it was sealed, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reports.history.errors import JournalRefused
from reports.history.importing import Outcome, import_run
from reports.history.store import History
from reports.sealing.manifest import MANIFEST
from reports.sealing.seal import seal
from rig.records.journal import JOURNAL
from rig.records.verdict import Verdict
from tests.reports.history.tables_of import held
from tests.reports.sample_runs import result, write_run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = result("a::test_lock", Verdict.FAIL, reason="it stayed open")
    return write_run(tmp_path / "run", [found])


@pytest.mark.parametrize("replace", [False, True])
def test_a_journal_that_was_changed_after_it_was_sealed_is_refused(
    history: History, folder: Path, replace: bool
) -> None:
    seal(folder, now=datetime.now(UTC))
    assert import_run(history, folder) is Outcome.ADDED
    before = held(history)
    journal = folder / JOURNAL
    journal.write_text(journal.read_text().replace('"verdict":"fail"', '"verdict":"pass"'))
    with pytest.raises(JournalRefused, match=r"journal\.jsonl is not what manifest\.json says"):
        import_run(history, folder, replace=replace)
    assert held(history) == before


def test_a_manifest_that_is_none_is_refused(history: History, folder: Path) -> None:
    (folder / MANIFEST).write_text("{}")
    with pytest.raises(JournalRefused, match="is not as the rig writes it"):
        import_run(history, folder)
