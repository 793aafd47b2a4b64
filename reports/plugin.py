"""The second pytest plugin: an engineer's page, JUnit XML and the compliance page of a rig run.

It does nothing unless `--run-dir` names a run folder once the rig's plugin has configured itself.
The rig's plugin sets it in ``pytest_cmdline_main``. ``pytest_configure`` here comes before
pytest-html's and JUnit's, however the plugins were loaded, so that these find their paths. The
journal is complete before ``pytest_unconfigure``, where the compliance page is rendered.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from reports.engineer import EngineerPage
from reports.errors import ReportError
from rig.records.journal import JOURNAL

_ENGINEER = "reports-engineer-page"


def run_folder(config: pytest.Config) -> Path | None:
    """The folder of the run under way, or None."""
    text: str | None = config.getoption("rig_run_dir", None)
    return Path(text) if text else None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Send pytest-html and JUnit into the run folder unless the user chose otherwise."""
    folder = run_folder(config)
    if folder is None:
        return
    if getattr(config.option, "xmlpath", "") is None:
        config.option.xmlpath = str(folder / "junit.xml")
    if getattr(config.option, "htmlpath", "") is None:
        config.option.htmlpath = str(folder / "engineer.html")
        config.option.self_contained_html = True
    config.pluginmanager.register(EngineerPage(folder), _ENGINEER)


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
    if folder is None or not (folder / JOURNAL).is_file():
        return  # no run, or one that ended before its first record
    from reports.page import write_page  # noqa: PLC0415 - other pytest runs do not pay for it

    try:
        write_page(folder)
    except ReportError as exc:
        _say(config, f"The compliance page was not rendered; the results stand. {exc}")


def _say(config: pytest.Config, line: str) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        terminal.ensure_newline()
        terminal.write_line(line, red=True)
