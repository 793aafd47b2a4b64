"""`rig report`, called as click calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from reports.command import report
from tests.reports.sample_runs import result, write_run


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two runs below ./runs."""
    monkeypatch.chdir(tmp_path)
    for stamp in ("20260301T000000Z-smoke-desk", "20260302T000000Z-smoke-desk"):
        write_run(tmp_path / "runs" / stamp, [result("a::test_one")])
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "stamp"),
    [
        ([], "20260302T000000Z"),
        (["20260301T000000Z-smoke-desk"], "20260301T000000Z"),
        (["runs/20260301T000000Z-smoke-desk"], "20260301T000000Z"),
    ],
    ids=["newest", "by name", "by folder"],
)
def test_a_run_is_rendered_and_its_path_printed(
    desk: Path, arguments: list[str], stamp: str
) -> None:
    done = CliRunner().invoke(report, arguments)
    assert done.exit_code == 0, done.output
    path = desk / done.output.strip()
    assert path == desk / "runs" / f"{stamp}-smoke-desk" / "report.html"
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert not list(path.parent.glob("*.part"))


def test_a_folder_that_is_no_run_is_refused(desk: Path) -> None:
    (desk / "other").mkdir()
    done = CliRunner().invoke(report, ["other"])
    assert done.exit_code == 2
    assert "other is not a run: it holds no journal.jsonl." in done.output


def test_a_name_that_does_not_exist_is_refused(desk: Path) -> None:
    done = CliRunner().invoke(report, ["nothing"])
    assert done.exit_code == 2
    assert "nothing is no folder, and there is no runs/nothing either." in done.output
    assert not (desk / "nothing").exists()


def test_a_journal_that_does_not_read_is_refused_with_its_folder(desk: Path) -> None:
    journal = desk / "runs" / "20260302T000000Z-smoke-desk" / "journal.jsonl"
    journal.write_text('{"record": "Unheard"}\n')
    done = CliRunner().invoke(report, [])
    assert done.exit_code == 2
    assert "runs/20260302T000000Z-smoke-desk is not a readable run" in done.output


def test_no_run_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(report, [])
    assert done.exit_code == 2
    assert "There is no run below runs" in done.output


def test_a_page_in_german_stands_beside_the_english_one(desk: Path) -> None:
    done = CliRunner().invoke(report, ["--language", "de", "--language", "en"])
    assert done.exit_code == 0, done.output
    pages = [desk / line for line in done.output.split()]
    assert [page.name for page in pages] == ["report.de.html", "report.html"]
    assert [page.read_text(encoding="utf-8")[16:32] for page in pages] == [
        '<html lang="de">',
        '<html lang="en">',
    ]
    listed = (pages[0].parent / "manifest.json").read_text()
    assert "report.de.html" in listed
    assert "report.html" in listed


def test_a_language_that_no_catalogue_speaks_is_refused(desk: Path) -> None:
    done = CliRunner().invoke(report, ["--language", "tlh"])
    assert done.exit_code == 2
    assert not list(desk.rglob("report*.html"))
