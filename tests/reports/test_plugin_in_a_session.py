"""A whole pytest session with the second plugin; the first one's part is played by PLAYED_RIG."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PLAYED_RIG = """
import os
from pathlib import Path
import pytest
from rig.records.journal import JOURNAL
from tests.reports.sample_runs import result, write_run

HOSTILE = "<script>document.title='owned'</script>"

def pytest_addoption(parser):
    parser.addoption("--run-dir", dest="rig_run_dir", default=None)
    parser.addoption("--go", default=None)

@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    config.option.rig_run_dir = config.option.rig_run_dir or config.option.go

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    if call.when == "call":
        item.user_properties += [("verdict", "pass"), ("requirements", "DK-A-01, " + HOSTILE),
                                 ("measurement", "tap_to_unlock p95 312 ms (n=59)")]
    return (yield)

def pytest_sessionfinish(session):
    if session.config.option.go:
        folder = Path(session.config.option.go)
        write_run(folder, [result("a::test_one")])
        if os.environ.get("SPOIL"):
            (folder / JOURNAL).write_text("no record at all\\n")
"""
CONFTEST: tuple[str, ...] = ()
COMMAND_LINE = ("-p", "played_rig", "-p", "reports.plugin")  # before pytest-html is loaded
TESTS = """
import pytest
@pytest.mark.parametrize("n", [pytest.param(1, id="<img src=x onerror=owned()>")])
def test_one(n):
    pass
"""


def run_session(
    folder: Path, *arguments: str, tests: str = TESTS, **environment: str
) -> tuple[int, str]:
    (folder / "played_rig.py").write_text(PLAYED_RIG)
    (folder / "test_it.py").write_text(tests, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n")
    if not {*COMMAND_LINE} <= {*arguments}:
        (folder / "conftest.py").write_text('pytest_plugins = ["played_rig", "reports.plugin"]\n')
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def engineer_data(page: Path) -> dict[str, Any]:
    blob = re.search(r'data-jsonblob="([^"]*)"', page.read_text(encoding="utf-8"))
    assert blob is not None
    found: dict[str, Any] = json.loads(html.unescape(blob[1]))
    return found


def test_a_session_without_a_run_leaves_nothing(tmp_path: Path) -> None:
    status, said = run_session(tmp_path)
    assert status == 0, said
    assert not list(tmp_path.rglob("*.html"))
    assert not list(tmp_path.rglob("*.xml"))


@pytest.mark.parametrize("loading", [CONFTEST, COMMAND_LINE], ids=["conftest", "command line"])
def test_a_run_leaves_all_three_reports(tmp_path: Path, loading: tuple[str, ...]) -> None:
    run = tmp_path / "runs" / "a-run"
    status, said = run_session(tmp_path, *loading, "--go", str(run))
    assert status == 0, said
    assert "Smoke plan" in (run / "report.html").read_text(encoding="utf-8")
    properties = ET.parse(run / "junit.xml").findall(".//testcase/properties/property")  # noqa: S314 - ours
    assert "verdict" in {p.get("name") for p in properties}
    # What was written before the page is linked from it.
    assert 'href="engineer.html"' in (run / "report.html").read_text(encoding="utf-8")
    assert 'href="junit.xml"' in (run / "report.html").read_text(encoding="utf-8")


def test_a_run_writes_the_languages_that_it_is_asked_for(tmp_path: Path) -> None:
    run = tmp_path / "run"
    status, said = run_session(tmp_path, "--go", str(run), "--report-language=de")
    assert status == 0, said
    assert '<html lang="de">' in (run / "report.de.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in (run / "report.html").read_text(encoding="utf-8")
    assert "report.de.html" in (run / "manifest.json").read_text()


def test_the_engineer_s_page_holds_no_foreign_markup(tmp_path: Path) -> None:
    run = tmp_path / "run<b>"
    status, said = run_session(
        tmp_path, "--go", str(run), "--metadata", "branch", "<script>owned()</script>"
    )
    assert status == 0, said
    page = (run / "engineer.html").read_text(encoding="utf-8")
    assert "<b>" not in page.split("<body", 1)[0]
    data = engineer_data(run / "engineer.html")
    assert data["environment"]["branch"] == "&lt;script&gt;owned()&lt;/script&gt;"
    (rows,) = data["tests"].values()
    cells = rows[0]["resultsTableRow"]
    assert "&lt;img src=x onerror=owned()&gt;" in cells[1]
    assert not [c for c in cells if "<img" in c or "<script" in c]


def test_the_engineer_s_page_has_the_rig_s_columns(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run_session(tmp_path, "--go", str(run))
    (rows,) = engineer_data(run / "engineer.html")["tests"].values()
    cells = "".join(rows[0]["resultsTableRow"])
    assert '<td class="col-verdict">pass</td>' in cells
    assert '<td class="col-measurement">tap_to_unlock p95 312 ms (n=59)</td>' in cells


def test_paths_chosen_by_the_user_are_kept(tmp_path: Path) -> None:
    run = tmp_path / "run"
    mine = tmp_path / "mine.html"
    status, said = run_session(
        tmp_path, "--go", str(run), f"--html={mine}", f"--junit-xml={tmp_path / 'mine.xml'}"
    )
    assert status == 0, said
    assert mine.exists()
    assert (tmp_path / "mine.xml").exists()
    assert not (run / "engineer.html").exists()
    assert not (run / "junit.xml").exists()


def test_a_page_that_cannot_be_rendered_says_so_and_keeps_the_result(tmp_path: Path) -> None:
    run = tmp_path / "run"
    status, said = run_session(tmp_path, "--go", str(run), SPOIL="1")
    assert status == 0
    assert "compliance page was not rendered; the results stand" in said
    assert "1 passed" in said
    assert "Traceback" not in said
