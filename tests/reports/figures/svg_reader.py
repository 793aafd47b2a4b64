"""Reads a picture back as XML and says whether all of it lies on its canvas."""

from __future__ import annotations

import re
from xml.etree import ElementTree

_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_STEPS = re.compile(r"([MLHVz])([^MLHVz]*)")
MAY_BE_THERE = frozenset({"svg", "title", "desc", "path", "circle", "text"})


class Picture:
    """One SVG of the page. It is well-formed XML, or the constructor raises."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.root = ElementTree.fromstring(source)  # noqa: S314 - the page's own
        self.width, self.height = (float(n) for n in self.root.attrib["viewBox"].split()[2:])
        self.tags = {element.tag for element in self.root.iter()}

    def texts(self) -> list[str]:
        return [element.text or "" for element in self.root.iter("text")]

    def said(self, tag: str) -> str:
        found = self.root.find(tag)
        assert found is not None
        return found.text or ""

    def shapes(self) -> list[tuple[ElementTree.Element, list[tuple[float, float]]]]:
        """Each part of every path that is drawn in one go, with the path that it is of."""
        return [
            (element, self.corners(part))
            for element in self.root.iter("path")
            for part in re.findall(r"M[^M]*", element.attrib["d"])
        ]

    def paths(self) -> list[list[tuple[float, float]]]:
        """The corners of every path, where it stands."""
        return [self.corners(element.attrib["d"]) for element in self.root.iter("path")]

    def outside(self) -> list[tuple[float, float]]:
        """All that begins or turns beyond the edge of the canvas."""
        corners = [corner for path in self.paths() for corner in path]
        for tag, x, y in (("circle", "cx", "cy"), ("text", "x", "y")):
            corners += [(float(e.attrib[x]), float(e.attrib[y])) for e in self.root.iter(tag)]
        return [
            (x, y)
            for x, y in corners
            if not (-0.5 <= x <= self.width + 0.5 and -0.5 <= y <= self.height + 0.5)
        ]

    @staticmethod
    def corners(d: str) -> list[tuple[float, float]]:
        x = y = 0.0
        found = []
        for step, rest in _STEPS.findall(d):
            numbers = [float(n) for n in _NUMBERS.findall(rest)]
            if step == "H":
                x = numbers[0]
            elif step == "V":
                y = numbers[0]
            elif step in "ML":
                x, y = numbers
            found.append((x, y))
        return found
