"""One canvas for all pictures: matplotlib's drawing as an SVG that may stand in a page.

What matplotlib writes is a document of its own, with a style sheet that would hold for the whole
page, ids that would meet those of the next picture, and symbols used by reference. Here it becomes
one element: paths and texts, nothing that loads, styles or refers, with a title and a description
for who does not see it. One unit is one CSS pixel. matplotlib is loaded with the first picture.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Look = dict[str, Any]  # keywords of matplotlib
WIDTH = 560
INK, MUTED, RULE, LIMIT = "#1b2430", "#55606e", "#dfe4ea", "#9b1616"
COLOURS = ("#1f3f66", "#9a6200", "#2f6f5e", "#7a3d6b", "#48525f", "#9b1616")
LINES = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (8, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P")
_TEXT = 11.5  # px, as the page writes in its own figures
_LONGEST = 42  # characters of a name in a picture; tables have it whole
_SETTINGS: dict[Any, object] = {
    "font.family": ["DejaVu Sans"],  # matplotlib brings it: the layout is the same everywhere
    "font.size": _TEXT,
    "text.parse_math": False,  # a "$" in a device's name is a dollar
    "svg.fonttype": "none",
    "svg.hashsalt": "digital-key-rig",  # no random ids, not even in what is thrown away
    "path.simplify": False,
    "axes.unicode_minus": True,
}
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_TEXT_ANCHOR = re.compile(r"text-anchor: (\w+)")
_MOVES = re.compile(r"([MLz])(?: (-?[\d.]+) (-?[\d.]+))?")
_SIZE = re.compile(r"\d+\.\d+")


class Words(NamedTuple):
    """What a picture says without being seen; ``name`` is the beginning of its ids."""

    name: str
    title: str
    description: str


def draw(words: Words, height: int, paint: Callable[[Figure], None]) -> Markup:
    """Let ``paint`` draw on a canvas of WIDTH by ``height`` pixels.

    The same gives the same bytes.
    """
    import matplotlib as mpl  # noqa: PLC0415 - half a second that only pages with pictures pay
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    drawn = io.StringIO()
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its own font has no sign for a name of a device
        mpl.rcdefaults()  # whatever a file of this user says
        mpl.rcParams.update(_SETTINGS)
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        paint(figure)
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return _inline(drawn.getvalue(), words, height)


def panel(figure: Figure, left: float, top: float, right: float, bottom: float) -> Axes:
    """Axes between these pixels, counted from the upper left; their frame is two thin lines."""
    height = figure.get_figheight() * 72
    axes = figure.add_axes(
        (left / WIDTH, 1 - bottom / height, (right - left) / WIDTH, (bottom - top) / height)
    )
    axes.patch.set_visible(False)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.tick_params(length=0, labelcolor=MUTED, pad=6)
    axes.set_axisbelow(True)
    return axes


def show(text: str, longest: int = _LONGEST) -> str:
    """A name as a picture can hold it: one line of what prints, and not too long.

    Control characters, halves of surrogates and marks that turn the direction of writing are
    removed: the first two are no XML, and the last would turn the text beside them as well.
    """
    kept = "".join(c for c in text if not unicodedata.category(c).startswith("C") or c in "\t\n")
    line = " ".join(kept.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _inline(document: str, words: Words, height: int) -> Markup:
    root = ElementTree.fromstring(document)  # noqa: S314 - matplotlib wrote it a moment ago
    name, title, description = words
    svg = ElementTree.Element(
        "svg",
        {
            "class": "plot drawn",
            "viewBox": f"0 0 {WIDTH} {height}",
            "role": "img",
            "aria-labelledby": f"{name}t {name}d",
            "font-size": f"{_TEXT}",  # the page's style sheet has the last word on both
            "font-family": "sans-serif",
            "stroke-linejoin": "round",
        },
    )
    ElementTree.SubElement(svg, "title", id=f"{name}t").text = show(title, 400)
    ElementTree.SubElement(svg, "desc", id=f"{name}d").text = show(description, 4000)
    symbols = {s.get("id"): s for d in root.iter(f"{_SVG}defs") for s in d.iter(f"{_SVG}path")}
    svg.extend(_joined(_shapes(root, symbols)))
    return Markup(ElementTree.tostring(svg, encoding="unicode"))  # noqa: S704 - it escaped all texts


def _shapes(
    parent: ElementTree.Element, symbols: dict[str | None, ElementTree.Element]
) -> Iterator[ElementTree.Element]:
    """Every path and text in drawing order. Groups say nothing but names; nothing is clipped."""
    for child in parent:
        kind = child.tag.removeprefix(_SVG)
        if kind == "g":
            yield from _shapes(child, symbols)
        elif kind == "path":
            yield _path(child.get("d", ""), child)
        elif kind == "use":
            yield _mark(symbols[child.get(_HREF, "").removeprefix("#")], child)
        elif kind == "text":
            yield _text(child)


def _mark(symbol: ElementTree.Element, use: ElementTree.Element) -> ElementTree.Element:
    """A symbol where it is used. The only one with curves is the circle."""
    d = symbol.get("d", "")
    x, y = float(use.get("x", "0")), float(use.get("y", "0"))
    if "C" not in d:
        return _path(d, use, x, y)
    place = {"cx": _short(x), "cy": _short(y), "r": _short(float(d.split(maxsplit=3)[2]))}
    return ElementTree.Element("circle", {**place, **_attributes(use)})


def _path(
    d: str, source: ElementTree.Element, right: float = 0.0, down: float = 0.0
) -> ElementTree.Element:
    """A path with one digit behind the point, and steps as what they are: H and V."""
    words: list[str] = []
    last = ("", "")
    for command, x, y in _MOVES.findall(d):
        if not x:
            words.append(command)
            continue
        at = (_short(float(x) + right), _short(float(y) + down))
        if command == "M" or (at[0] != last[0] and at[1] != last[1]):
            words.append(f"{command}{at[0]} {at[1]}")
        elif at != last:
            words.append(f"H{at[0]}" if at[1] == last[1] else f"V{at[1]}")
        last = at
    return ElementTree.Element("path", {"d": "".join(words), **_attributes(source)})


def _joined(shapes: Iterable[ElementTree.Element]) -> Iterator[ElementTree.Element]:
    """Paths that follow each other and look the same are one: a plan has hundreds of squares."""
    last: ElementTree.Element | None = None
    for shape in shapes:
        if last is not None and shape.tag == "path" and _look(shape) == _look(last):
            last.set("d", last.get("d", "") + shape.get("d", ""))
            continue
        if last is not None:
            yield last
        last = shape
    if last is not None:
        yield last


def _look(shape: ElementTree.Element) -> tuple[str, dict[str, str]]:
    return shape.tag, {name: value for name, value in shape.attrib.items() if name != "d"}


def _text(source: ElementTree.Element) -> ElementTree.Element:
    anchor = _TEXT_ANCHOR.search(source.get("style", ""))
    attributes = {
        "x": _short(float(source.get("x", "0"))),
        "y": _short(float(source.get("y", "0"))),
        "text-anchor": anchor[1] if anchor else "start",
    }
    fill = _attributes(source).get("fill", INK)
    if fill != MUTED:  # which is the page's own for texts of pictures
        attributes["style"] = f"fill: {fill}"
    text = ElementTree.Element("text", attributes)
    text.text = source.text
    return text


def _attributes(source: ElementTree.Element) -> dict[str, str]:
    pairs = (part.partition(":")[::2] for part in source.get("style", "").split(";") if part)
    found = {name.strip(): value.strip() for name, value in pairs}
    kept = ("fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity")
    return {name: _SIZE.sub(_rounded, found[name]) for name in kept if name in found}


def _rounded(number: re.Match[str]) -> str:
    return _short(float(number[0]))


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
