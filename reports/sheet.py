"""Pages that stand by themselves beside a run's report: a trend, a comparison.

They have the report's style sheet and its rules: static, nothing to load, stamps on every screen
and every sheet of paper, page x of y.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from reports.errors import ReportError
from reports.page import render_template
from reports.sealing.manifest import MANIFEST
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
    """Write a page, whole or not at all; raises ReportError.

    A run folder with a manifest takes no page: it would be a file that nobody sealed.
    """
    if (path.parent / MANIFEST).exists():
        raise ReportError(f"{path.parent} is sealed by its {MANIFEST}; write the page elsewhere")
    unfinished = path.with_name(f"{path.name}.part")
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, path)
    except OSError as exc:
        raise ReportError(f"{path} cannot be written: {exc}") from exc
