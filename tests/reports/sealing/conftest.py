"""A run folder to seal, and keys to seal it with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reports.sealing.keys import SigningKey, load_signing_key, make_key
from rig.records.packets import PacketsOf
from tests.reports.sample_runs import BEGAN, result, visit, write_run

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEGIN, END = NOW.replace(year=2025), NOW.replace(year=2027)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """A key that is valid at NOW."""
    path = tmp_path / "lab.key"
    make_key(path, "A. Beck", BEGIN, END)
    return load_signing_key(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run with a page, and evidence in a folder of its own."""
    folder = write_run(
        tmp_path / "run",
        [result("a::test_one")],
        [visit("a::test_one")],
        packets=[PacketsOf("a::test_one", 1, BEGAN, 7)],
    )
    (folder / "report.html").write_text("<!DOCTYPE html>")
    (folder / "photos").mkdir()
    (folder / "photos" / "bench 1.jpg").write_bytes(b"\xff\xd8\xff")
    return folder
