"""A report that is issued again says which revision it is, what it replaces, when and why."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reports.command import report
from reports.page import render_page
from reports.revisions import REVISIONS, read_revisions
from rig.records.codec import RecordError
from tests.reports.page_reader import Page
from tests.reports.sample_runs import STARTED, result, write_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = write_run(tmp_path / "run", [result("a::test_one")])
    assert invoke(folder).exit_code == 0
    return folder


def invoke(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(report, [str(folder), *options])


def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_a_revision_replaces_the_first_issue(run: Path) -> None:
    before = hashlib.sha256((run / "report.html").read_bytes()).hexdigest()
    done = invoke(run, "--revision=1", "--because=the customer was misspelt", "--by=A. Beck")
    assert done.exit_code == 0, done.output
    (revision,) = read_revisions(run)
    table = page(run).find("table", "t-revision")[0].text
    assert f"{STARTED.run_id}, revision 0 SHA-256 {before}" in table
    assert "the customer was misspelt A. Beck" in table
    assert page(run).row("Revision 1")
    assert revision.issued_utc[:10] in page(run).row("Date of issue")
    assert "replaces" in page(run).find("dl", "scope")[0].text


def test_rendering_again_changes_neither_revision_nor_date(run: Path) -> None:
    invoke(run, "--revision=1", "--because=why")
    before = (run / "report.html").read_bytes()
    assert render_page(run).encode() == before
    assert invoke(run).exit_code == 0
    assert (run / "report.html").read_bytes() == before


def test_revisions_are_only_ever_added(run: Path) -> None:
    invoke(run, "--revision=1", "--because=one")
    first = (run / REVISIONS).read_bytes()
    done = invoke(run, "--revision=2", "--because=two", "--replaces=report 17 of 2025")
    assert done.exit_code == 0, done.output
    assert (run / REVISIONS).read_bytes().startswith(first)
    assert [r.because for r in read_revisions(run)] == ["one", "two"]
    assert "report 17 of 2025" in page(run).find("dl", "scope")[0].text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--revision=2", "--because=why"], "is 1, not 2"),
        (["--revision=1"], "belong together"),
        (["--because=why"], "belong together"),
        (["--revision=1", "--because= "], "says why"),
    ],
)
def test_what_is_no_next_revision_is_refused_and_changes_nothing(
    run: Path, options: list[str], said: str
) -> None:
    before = {p.name: p.read_bytes() for p in run.iterdir()}
    done = invoke(run, *options)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())
    assert {p.name: p.read_bytes() for p in run.iterdir()} == before


def test_a_revision_of_evidence_that_was_changed_is_refused(run: Path) -> None:
    with (run / "journal.jsonl").open("a") as journal:
        journal.write("\n")
    assert invoke(run, "--revision=1", "--because=why").exit_code == 2
    assert not (run / REVISIONS).exists()


def test_a_line_that_was_cut_off_was_never_issued(run: Path) -> None:
    (run / REVISIONS).write_text('{"record":"Revision","number":1')
    assert read_revisions(run) == ()


def test_revisions_with_a_gap_do_not_read(run: Path) -> None:
    invoke(run, "--revision=1", "--because=why")
    line = (run / REVISIONS).read_text()
    (run / REVISIONS).write_text(line.replace('"number":1', '"number":2'))
    with pytest.raises(RecordError, match="not numbered from 1"):
        read_revisions(run)
    assert invoke(run).exit_code == 2
