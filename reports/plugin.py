"""The second pytest plugin: an engineer's page, JUnit XML, compliance page and manifest.

It does nothing unless `--run-dir` names a run folder once the rig's plugin has configured itself.
The rig's plugin sets it in ``pytest_cmdline_main``. ``pytest_configure`` here comes before
pytest-html's and JUnit's, however the plugins were loaded, so that these find their paths. The
journal is complete before ``pytest_unconfigure``, where the compliance page is rendered and
the manifest written.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from _pytest.junitxml import xml_key

from reports.errors import ReportError
from reports.language import ENGLISH, LANGUAGES
from rig.records.codec import RecordError
from rig.records.journal import JOURNAL, PACKETS, TRACE, Run, read_run

_ENGINEER = "reports-engineer-page"
_PAGES_WRITTEN = ("report.html", "report.de.html", "engineer.html", "junit.xml")
_WRITTEN = (JOURNAL, TRACE, PACKETS, *_PAGES_WRITTEN)


@dataclass(slots=True)
class _Pages:
    """What is written into the run folder on this plugin's account."""

    made_folder: bool
    paths: list[Path] = field(default_factory=list)


_PAGES = pytest.StashKey[_Pages]()


def run_folder(config: pytest.Config) -> Path | None:
    """The folder of the run under way, or None."""
    text: str | None = config.getoption("rig_run_dir", None)
    return Path(text) if text else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the languages of the compliance page."""
    parser.getgroup("rig").addoption(
        "--report-language",
        action="append",
        choices=LANGUAGES,
        default=[],
        metavar="LANGUAGE",
        help="render the compliance page in this language too: de",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Send pytest-html and JUnit into the run folder unless the user chose otherwise."""
    folder = run_folder(config)
    if folder is None:
        return
    pages = config.stash[_PAGES] = _Pages(made_folder=not folder.exists())
    if getattr(config.option, "xmlpath", "") is None:
        pages.paths.append(folder / "junit.xml")
        config.option.xmlpath = str(pages.paths[-1])
    if getattr(config.option, "htmlpath", "") is None:
        pages.paths.append(folder / "engineer.html")
        config.option.htmlpath = str(pages.paths[-1])
        config.option.self_contained_html = True
    from reports.engineer import EngineerPage  # noqa: PLC0415 - other pytest runs do not pay for it

    config.pluginmanager.register(EngineerPage(folder), _ENGINEER)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say on JUnit's suite whether a device was virtual, as `record_testsuite_property` would.

    That fixture says it only where a test was set up.
    """
    folder, xml = run_folder(session.config), session.config.stash.get(xml_key, None)
    run = _read(folder) if folder is not None and xml is not None else None
    if run is not None and xml is not None:
        xml.add_global_property("simulated", "true" if run.started.simulated else "false")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None]:
    """Leave out pytest-html's line on its page: the rig lists its reports itself."""
    if run_folder(config) is None:
        return (yield)
    write_sep = terminalreporter.write_sep

    def quieter(sep: str, title: str | None = None, *rest: Any, **markup: Any) -> None:
        if not (title or "").startswith("Generated html report"):
            write_sep(sep, title, *rest, **markup)

    terminalreporter.write_sep = quieter  # type: ignore[method-assign]
    try:
        return (yield)
    finally:
        del terminalreporter.write_sep


def pytest_unconfigure(config: pytest.Config) -> None:
    """Render the compliance page: the session is over and the journal has its last record."""
    folder = run_folder(config)
    if folder is None:
        return
    if not (folder / JOURNAL).is_file():
        _take_back(config.stash.get(_PAGES, None), folder)
        return
    from reports.page import write_page  # noqa: PLC0415 - other pytest runs do not pay for it

    asked: list[str] = config.getoption("report_language", None) or []
    try:
        write_page(folder, tuple(dict.fromkeys((ENGLISH, *asked, *_stated(folder)))))
    except ReportError as exc:
        _say(config, f"The compliance page was not rendered; the results stand. {exc}")
    _seal(config, folder)


def _stated(folder: Path) -> list[str]:
    """The language that the bench file states for its laboratory, if the page can speak it."""
    run = _read(folder)
    laboratory = getattr(run.started, "laboratory", None) if run else None
    stated = getattr(laboratory, "language", "")
    return [stated] if stated in LANGUAGES else []


def _read(folder: Path) -> Run | None:
    """The run so far; None where none can be read: whoever renders the page says so."""
    try:
        return read_run(folder)
    except (RecordError, OSError):
        return None


def _seal(config: pytest.Config, folder: Path) -> None:
    """Write the manifest of all that the run left, signed when the environment names a key."""
    from reports.sealing.options import environment_key  # noqa: PLC0415 - as above
    from reports.sealing.seal import seal  # noqa: PLC0415
    from reports.visits import FOLDER  # noqa: PLC0415

    try:
        key = environment_key()
    except ReportError as exc:
        key = None
        _say(config, f"The run is not signed. {exc}")
    try:
        visits = {p.relative_to(folder).as_posix() for p in folder.glob(f"{FOLDER}/*.html")}
        seal(folder, key, now=datetime.now(UTC), written={*_WRITTEN, *visits})
    except ReportError as exc:
        _say(config, f"The manifest was not written; the results stand. {exc}")


def _take_back(pages: _Pages | None, folder: Path) -> None:
    """Leave nothing of a run that never began: pytest-html and JUnit write without asking."""
    if pages is None:
        return
    for path in pages.paths:
        path.unlink(missing_ok=True)
    if pages.made_folder and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _say(config: pytest.Config, line: str) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        terminal.ensure_newline()
        terminal.write_line(line, red=True)
