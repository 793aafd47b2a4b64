"""The benchmark of the page compares the same results, and refuses a page that shows fewer."""

from __future__ import annotations

import json
import re
import sys
from html import unescape
from pathlib import Path

import pytest

from reports.page import write_page
from rig.records.verdict import Verdict
from tests.bench import page_load
from tests.bench.harness import BenchFailed, run_program
from tests.bench.page_load import rows
from tests.bench.page_results import WIRE, compared, write_records, write_session
from tests.reports.browser import CHROMIUM

FEW = 60  # of them one fails


def test_both_sides_hold_the_same_tests_verdicts_and_bytes(tmp_path: Path) -> None:
    write_session(tmp_path, FEW)
    command = [sys.executable, "-m", "pytest", "-q", "--html=page.html", "--self-contained-html"]
    run_program(["sh", "-c", '"$@"; [ $? -eq 1 ]', "sh", *command], cwd=tmp_path)
    blob = re.search(r'data-jsonblob="([^"]*)"', (tmp_path / "page.html").read_text())
    assert blob is not None
    theirs = json.loads(unescape(blob[1]))["tests"]
    run = write_records(tmp_path / "run", FEW)
    write_page(run)
    ours = (run / "report.html").read_text()
    books = "".join(path.read_text() for path in run.glob("visits/*.html"))
    assert len(theirs) == FEW
    for one in compared(FEW):
        (row,) = theirs[one.test]
        assert row["result"] == ("Failed" if one.fails else "Passed")
        assert all(octets in row["log"] for pair in WIRE for octets in pair)
        assert one.requirement in "".join(row["resultsTableRow"])
        found = re.search(rf'<tr id="t{one.number + 1}">.*?</tr>', ours)
        assert found is not None
        word = Verdict.FAIL if one.fails else Verdict.PASS
        assert f"{word.value}</span>" in found[0]
        assert f'<section id="t{one.number + 1}">' in books
    assert all(books.count(octets) >= FEW for pair in WIRE for octets in pair)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_three_ratios_come_of_it_and_a_page_with_fewer_rows_has_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_load, "RESULTS", FEW)
    monkeypatch.setattr(page_load, "ROUNDS", 1)
    found = rows(tmp_path)
    assert [row.target for row in found] == [0.2, 0.125, 1.0]
    assert all(row.ratio > 0 for row in found)
    monkeypatch.setattr(page_load, "OWN_ROWS", "document.querySelectorAll('h1').length")
    (tmp_path / "again").mkdir()
    with pytest.raises(BenchFailed, match=f"shows 1 results of {FEW}"):
        rows(tmp_path / "again")
