"""The engineer's page: what pytest-html shows of a rig run, with every cell escaped.

pytest-html 4.2 puts node ids into its table as they are, so a parameter with markup in it would
become markup in the page. The cell of the id is therefore written again here.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any, Protocol

import pytest

_COLUMNS = ("verdict", "requirements", "measurement")
_ID_CELL = 1  # result, test id, duration, links


class PageData(Protocol):
    """The part of pytest-html's report data that is used here."""

    title: str


class EngineerPage:
    """Hooks of pytest-html for one run; registered only while a run is under way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: PageData) -> None:
        report.title = escape(f"Digital Key Rig: {self._folder.name}")

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
        cells[_ID_CELL] = f'<td class="col-testId">{escape(_row_id(report))}</td>'
        properties: dict[str, Any] = {}
        for name, value in getattr(report, "user_properties", ()):
            properties[name] = f"{properties[name]}; {value}" if name in properties else value
        added = [
            f'<td class="col-{name}">{escape(str(properties.get(name, "")))}</td>'
            for name in _COLUMNS
        ]
        cells[_ID_CELL + 1 : _ID_CELL + 1] = added


def _row_id(report: pytest.TestReport | pytest.CollectReport) -> str:
    when = getattr(report, "when", "call")
    return report.nodeid if when == "call" else f"{report.nodeid}::{when}"
