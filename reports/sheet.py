"""Pages that stand by themselves beside a run's report: a trend, a comparison.

They have the report's style sheet and its rules: static, nothing to load, stamps on every screen
and every sheet of paper, page x of y.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from reports.page import render_template
from reports.sealing.seal import put_outside
from reports.style import page_margins, style_sheet


def render_sheet(
    template: str, name: str, stamps: Sequence[str], context: Mapping[str, object]
) -> str:
    """Render a page that extends `sheet.html`. ``name`` stands on every sheet of paper.

    Called within `speaking`. The same gives the same text; raises ReportError.
    """
    style = f"{style_sheet()}\n{page_margins(name, stamps)}"
    head = {"sheet_style": style, "name": name, "stamps": stamps}
    return render_template(template, {**context, **head})


def write_sheet(path: Path, text: str) -> None:
    """Write a page, whole or not at all, and never into a sealed folder; raises ReportError."""
    put_outside(path, text.encode("utf-8"))
