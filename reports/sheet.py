"""Pages that stand by themselves beside a run's report: a trend, a comparison.

They have the report's style sheet and its rules: static, nothing to load, stamps on every screen
and every sheet of paper, page x of y.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

from reports.language import _
from reports.page import render_template
from reports.sealing.seal import put_outside
from reports.wording import quote_css


def render_sheet(
    template: str, name: str, stamps: Sequence[str], context: Mapping[str, object]
) -> str:
    """Render a page that extends `sheet.html`. ``name`` stands on every sheet of paper.

    Called within `speaking`. The same gives the same text; raises ReportError.
    """
    style = resources.files("reports").joinpath("report.css").read_text(encoding="utf-8")
    head = {"sheet_style": f"{style}\n{_margins(name, stamps)}", "name": name, "stamps": stamps}
    return render_template(template, {**context, **head})


def _margins(name: str, stamps: Sequence[str]) -> str:
    page, of = _("page"), _("of")
    boxes = [f"@bottom-left {{ content: {quote_css(name)}; }}"]
    counted = f"{quote_css(f'{page} ')} counter(page) {quote_css(f' {of} ')} counter(pages)"
    boxes.append(f"@bottom-right {{ content: {counted}; }}")
    if stamps:
        boxes.append(f"@top-left {{ content: {quote_css('  ·  '.join(stamps))}; }}")
    return f"@page {{ {' '.join(boxes)} }}"


def write_sheet(path: Path, text: str) -> None:
    """Write a page, whole or not at all, and never into a sealed folder; raises ReportError."""
    put_outside(path, text.encode("utf-8"))
