"""`rig trend --page` and `rig compare --page`: where a page goes, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rig.cli import main
from rig.records.verdict import Verdict
from tests.reports.sample_runs import result, taps, write_run

NAME = "DK-UNLOCK-03"
ONE, TWO = "20260301T220000Z-smoke-desk", "20260302T220000Z-smoke-desk"


def called(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two runs below ./runs, the second one worse."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RIG_HISTORY", raising=False)
    for run_id, verdict, median in ((ONE, Verdict.PASS, 300.0), (TWO, Verdict.FAIL, 330.0)):
        tap = result("a::tap", verdict, requirements=(NAME,), measurements=(taps([median]),))
        began = f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}T22:00:00+00:00"
        write_run(tmp_path / "runs" / run_id, [tap], run_id=run_id, started_utc=began)
    return tmp_path


def test_a_comparison_goes_where_it_is_told_and_needs_no_history(desk: Path) -> None:
    done = called("compare", ONE, TWO, "--page", "changes.html")
    assert (done.exit_code, done.output) == (1, "changes.html\n")
    assert "1 test got worse" in (desk / "changes.html").read_text()
    assert called("compare", TWO, ONE, "--page", "changes.html").exit_code == 0
    assert "nothing got worse" in (desk / "changes.html").read_text()
    assert not (desk / "runs" / "history.db").exists()


def test_runs_are_named_by_folder_name_or_beginning(desk: Path) -> None:
    for before in (f"runs/{ONE}", ONE, "20260301"):
        assert called("compare", before, "20260302", "--page", "x.html").exit_code == 1
    assert called("compare", "2026", TWO, "--page", "x.html").exit_code == 2
    done = called("compare", "nothing", TWO, "--page", "y.html")
    assert (done.exit_code, (desk / "y.html").exists()) == (2, False)


def test_a_page_without_a_name_is_beside_nobody_elses_evidence(desk: Path) -> None:
    done = called("compare", ONE, TWO, "--page")
    assert done.output == f"compare-{ONE}-{TWO}.html\n"
    assert (desk / done.output.strip()).is_file()
    called("history", "import")
    done = called("trend", NAME, "--page")
    assert (done.exit_code, done.output) == (0, f"trend-{NAME}.html\n")
    assert "Not enough nights: 0 of 10" in (desk / done.output.strip()).read_text()


def test_a_sealed_run_takes_no_page(desk: Path) -> None:
    assert called("report", ONE).exit_code == 0
    done = called("compare", ONE, TWO, "--page", f"runs/{ONE}/changes.html")
    assert done.exit_code == 2
    assert "is sealed by its manifest.json" in done.output
    assert not (desk / "runs" / ONE / "changes.html").exists()


def test_a_page_that_cannot_be_written_is_one_message() -> None:
    done = called("compare", ONE, TWO, "--page", "no/such/folder/x.html")
    assert (done.exit_code, "cannot be written" in done.output) == (2, True)
    assert "Traceback" not in done.output


def test_a_name_of_a_requirement_leads_to_no_other_folder(desk: Path) -> None:
    evil = "../../evil"
    tap = result("a::tap", requirements=(evil,), measurements=(taps([1.0]),))
    write_run(desk / "runs" / "evil", [tap], run_id="evil")
    called("history", "import")
    assert called("trend", evil, "--page").output == "trend-.._.._evil.html\n"


def test_a_page_speaks_a_language(desk: Path) -> None:
    called("compare", ONE, TWO, "--page", "x.html", "--language", "de")
    assert '<html lang="de">' in (desk / "x.html").read_text()
    assert called("compare", ONE, TWO, "--page", "x.html", "--language", "xx").exit_code == 2
