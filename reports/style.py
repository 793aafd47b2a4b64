"""The page's style sheet, in the language of the page: some of its words stand in the CSS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import BinaryIO

from reports.language import _
from reports.wording import quote_css

# On a narrow screen each cell says which column it is: content: "Samples:"
_LABEL = re.compile(r'content: "([^"]+):"')


def style_sheet() -> str:
    """`report.css` with the labels of its columns translated."""
    return _LABEL.sub(lambda found: f"content: {quote_css(_(found[1]) + ':')}", _source())


def page_margins(name: str, stamps: Sequence[str], laboratory: str = "") -> str:
    """What every printed page says in its margins: its name, page x of y, the stamps.

    ``laboratory`` is who answers for it, where that is known.
    """
    pages = _("page %(page)s of %(pages)s") % {"page": "\0page\0", "pages": "\0pages\0"}
    numbered = " ".join(
        f"counter({part})" if at % 2 else quote_css(part)
        for at, part in enumerate(pages.split("\0"))
        if part
    )
    boxes = {"bottom-left": quote_css(name)}
    if laboratory:
        boxes["top-right"] = quote_css(laboratory)
    boxes["bottom-right"] = numbered
    if stamps:
        boxes["top-left"] = quote_css("  ·  ".join(stamps))
    written = "\n".join(f"  @{place} {{ content: {text}; }}" for place, text in boxes.items())
    return f"@page {{\n{written}\n}}"


def extract_labels(
    file: BinaryIO, _keywords: object, _comments: object, **_options: object
) -> Iterable[tuple[int, str, str, list[str]]]:
    """The labels of a style sheet for the catalogue, as Babel asks for them."""
    for number, line in enumerate(file.read().decode().splitlines(), 1):
        yield from ((number, "_", label, []) for label in _LABEL.findall(line))


@cache
def _source() -> str:
    return resources.files("reports").joinpath("report.css").read_text(encoding="utf-8")
