"""The end of a run: the plugin seals all that was left, and says when it could not sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reports.sealing.keys import load_trusted_key, make_key
from reports.sealing.verify import verify
from tests.reports.test_plugin_in_a_session import run_session


def test_a_run_is_sealed_and_signed_at_its_end(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    make_key(tmp_path / "lab.key", "A. Beck", now, now + timedelta(days=9))
    run_session(tmp_path, "--go=run", RIG_SIGNING_KEY=str(tmp_path / "lab.key"))
    check = verify(tmp_path / "run", [load_trusted_key(tmp_path / "lab.key.pub")], now)
    assert check.findings == ()
    assert check.files == len(list((tmp_path / "run").iterdir())) - 2
    assert check.files >= 5


@pytest.mark.parametrize("key", ["", "none.key"])
def test_a_run_without_a_key_is_sealed_and_not_signed(tmp_path: Path, key: str) -> None:
    _, said = run_session(tmp_path, "--go=run", RIG_SIGNING_KEY=key)
    check = verify(tmp_path / "run", [], datetime.now(UTC))
    assert check.status == 15
    assert ("The run is not signed. none.key cannot be read" in said) == bool(key)
