"""The engineer's page: what pytest-html shows of a rig run, with everything in it escaped.

pytest-html 4.2 puts node ids and the environment's values into its page as they are, so that
markup in a parameter would become markup of the page. Both are written again here.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Protocol

import pytest

from reports.summary import list_stamps
from reports.taming import tame
from reports.trials import list_trials
from rig.records.codec import RecordError
from rig.records.journal import JOURNAL, read_run

_COLUMNS = ("verdict", "requirements", "measurement", "observed")
_STAMP = '<p style="border: 2px solid; padding: 4px 8px; font-weight: bold">{}</p>'
_ID_CELL = 1  # result, test id, duration, links


class PageData(Protocol):
    """The part of pytest-html's report data that is used here."""

    title: str

    @property
    def data(self) -> Mapping[str, Any]: ...

    def set_data(self, key: str, value: object) -> None: ...


class EngineerPage:
    """Hooks of pytest-html for one run; registered only while a run is under way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: PageData) -> None:
        report.title = f"Digital Key Rig: {self._folder.name}"  # its template escapes this one
        # The environment is complete when the title is asked for; others share the mapping in it.
        report.set_data("environment", _escaped(report.data["environment"]))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Say above the results what the compliance page says of the whole run."""
        prefix[:0] = [_STAMP.format(escape(said)) for said in _warnings(self._folder)]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        added = [
            f'<th class="sortable" data-column-type="{name}">{name.capitalize()}</th>'
            for name in _COLUMNS
        ]
        cells[_ID_CELL + 1 : _ID_CELL + 1] = added

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(
        self, report: pytest.TestReport | pytest.CollectReport, cells: list[str]
    ) -> None:
        if not cells:  # another plugin left this row out
            return
        cells[_ID_CELL] = f'<td class="col-testId">{escape(tame(_row_id(report)))}</td>'
        properties: dict[str, str] = {}
        for name, value in getattr(report, "user_properties", ()):
            properties[name] = f"{properties[name]}; {value}" if name in properties else str(value)
        added = [
            f'<td class="col-{name}">{escape(tame(properties.get(name, "")))}</td>'
            for name in _COLUMNS
        ]
        cells[_ID_CELL + 1 : _ID_CELL + 1] = added


def _row_id(report: pytest.TestReport | pytest.CollectReport) -> str:
    when = getattr(report, "when", "call")
    return report.nodeid if when == "call" else f"{report.nodeid}::{when}"


def _warnings(folder: Path) -> list[str]:
    """What a reader must know of a run, from its journal; nothing where there was no run."""
    if not (folder / JOURNAL).is_file():
        return []
    try:
        run = read_run(folder)
    except RecordError as exc:
        return [f"The journal cannot be read: {exc}"]
    warnings = list_stamps(run, list_trials(run))
    if not run.results:
        warnings.append("No test has a result: the run ended before its first test did.")
    return warnings


def _escaped(value: object) -> object:
    """A copy with all text escaped, keys included."""
    if isinstance(value, Mapping):
        return {escape(str(key)): _escaped(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(inner) for inner in value]
    return escape(tame(str(value)))
