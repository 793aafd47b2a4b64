"""Reads a page back with the standard library's parser, strictly: every element is closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "br", "wbr", "img", "input", "hr", "base", "embed", "source"})

INLINE = frozenset({"a", "strong", "em", "span", "code", "wbr"})


@dataclass
class Element:
    """One element and all the text inside it."""

    tag: str
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())


class Page(HTMLParser):
    """All elements of a page in document order, each with all the text inside it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = text
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {[e.tag for e in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in INLINE:
            self.handle_data(" ")
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.pieces.append(data)

    def find(self, tag: str, css_class: str = "") -> list[Element]:
        return [
            e
            for e in self.elements
            if e.tag == tag
            and (not css_class or css_class in e.attributes.get("class", "").split())
        ]

    def by_id(self, name: str) -> Element:
        (found,) = [e for e in self.elements if e.attributes.get("id") == name]
        return found

    def row(self, start: str) -> str:
        """The text of the one table row that begins so."""
        (found,) = [e.text for e in self.find("tr") if e.text.startswith(start)]
        return found

    def text_of(self, tag: str) -> str:
        """The text of the one element of a kind."""
        (found,) = self.find(tag)
        return found.text

    @property
    def text(self) -> str:
        return self.find("main")[0].text
