"""The compliance page against pytest-html's own page of the same results: opening, size, making.

Opening is from navigation until the page is loaded, laid out and painted, in one headless Chromium
that opens both in turn. Making is processor time: what pytest-html adds to a session that logs, and
what the rig takes from the journal to its page and the files with every visit beside it, imports
included; the records themselves are written during the run and are not part of either.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.bench.harness import BenchFailed, Row, Spent, interleave, ratio, run_program
from tests.bench.page_results import write_records, write_session
from tests.reports.browser import CHROMIUM
from tests.reports.chromium import Chromium, ChromiumFailed, running

RESULTS = 5_000
ROUNDS = 5
TREE = Path(__file__).parents[2]
OWN_ROWS = "document.querySelectorAll('.t-test tr[id]').length"
HTML_ROWS = "document.querySelectorAll('tbody.results-table-row').length"
RENDER = """
import json, resource, sys, time
import pytest, rig.records.journal  # a run has both long before it ends
from pathlib import Path
def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
begin, begin_cpu = time.perf_counter(), cpu()
from reports.page import write_page
write_page(Path(sys.argv[1]))
print(json.dumps([time.perf_counter() - begin, cpu() - begin_cpu]))
"""


def rows(scratch: Path) -> list[Row]:
    """Three ratios at 5,000 results; BenchFailed without Chromium. About two minutes."""
    if CHROMIUM is None:
        raise BenchFailed("chromium is not installed")
    run, session = write_records(scratch / "run", RESULTS), scratch / "session"
    session.mkdir()
    write_session(session, RESULTS)
    making = _row_of_making(run, session)
    pages = {"rig": run / "report.html", "html": session / "report.html"}
    return [_row_of_opening(scratch, pages), _row_of_size(run, pages), making]


def _row_of_opening(scratch: Path, pages: dict[str, Path]) -> Row:
    try:
        with running(scratch / "profile") as browser:
            contestants = {
                "rig": partial(_open, browser, pages["rig"], OWN_ROWS),
                "html": partial(_open, browser, pages["html"], HTML_ROWS),
            }
            times = interleave(contestants, ROUNDS)
    except ChromiumFailed as exc:
        raise BenchFailed(f"chromium: {exc}") from exc
    own, other = (statistics.median(times[name]) for name in ("rig", "html"))
    against = f"{own:.2f} s against {other:.2f} s of pytest-html's page"
    measured = ratio(times["rig"], times["html"])
    return Row(f"opening the page, {RESULTS} results", measured, 0.2, against, f"{ROUNDS} rounds")


def _open(browser: Chromium, page: Path, count_rows: str) -> float:
    """Seconds until it is painted. A page that shows less than it should has no time."""
    taken_s = browser.open(page)
    if (shown := browser.ask(count_rows)) != RESULTS:
        raise BenchFailed(f"{page} shows {shown} results of {RESULTS}")
    return taken_s


def _row_of_size(run: Path, pages: dict[str, Path]) -> Row:
    own, other = (pages[name].stat().st_size for name in ("rig", "html"))
    beside = sum(path.stat().st_size for path in run.glob("visits/*.html"))
    against = (
        f"{own / 1e6:.2f} MB against {other / 1e6:.2f} MB of pytest-html's; "
        f"visits of all tests beside it, linked: {beside / 1e6:.1f} MB"
    )
    return Row(f"size of the page, {RESULTS} results", own / other, 0.125, against, "-")


def _row_of_making(run: Path, session: Path) -> Row:
    spent = interleave(
        {
            "rig": partial(_render, run),
            "plain": partial(_pytest, session),
            "html": partial(_pytest, session, *_HTML),
        },
        ROUNDS,
    )
    own = [s.cpu_s for s in spent["rig"]]
    added = [h.cpu_s - p.cpu_s for h, p in zip(spent["html"], spent["plain"], strict=True)]
    against = (
        f"{statistics.median(own):.2f} s against {statistics.median(added):.2f} s that "
        "pytest-html adds to the run, processor time"
    )
    return Row(
        f"making the page, {RESULTS} results", ratio(own, added), 1.0, against, f"{ROUNDS} rounds"
    )


_HTML = (
    *("-p", "pytest_metadata.plugin", "-p", "pytest_html.plugin"),
    *("--html=report.html", "--self-contained-html"),
)


def _pytest(session: Path, *arguments: str) -> Spent:
    """Run the session; its status 1 is that of the tests that fail on purpose."""
    env = {**_environment(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return run_program(["sh", "-c", '"$@"; [ $? -eq 1 ]', "sh", *command], cwd=session, env=env)


def _environment() -> dict[str, str]:
    """Modules and templates stay compiled on either side, as in an installed project."""
    keeping = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**keeping, "PYTHONPATH": str(TREE)}


def _render(run: Path) -> Spent:
    done = subprocess.run(
        [sys.executable, "-c", RENDER, str(run)],
        cwd=TREE,
        env=_environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        raise BenchFailed(f"rendering: {done.stderr[-2000:]}")
    wall_s, cpu_s = json.loads(done.stdout)
    return Spent(wall_s, cpu_s)
