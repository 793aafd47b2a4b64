"""What holds for every picture: bytes, texts, ids, edges, and whatever numbers come."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reports.figures.canvas import Words, draw, panel, show
from tests.reports.figures.pictures import PICTURES, Draw, usual
from tests.reports.figures.svg_reader import MAY_BE_THERE, Picture

HOSTILE = "</svg><script>owned()</script>$\\frac{1}{2$\x00\x1b\ud800\ufffe\u202e&lt;\"'"
PROJECT = Path(__file__).parents[3]
each = pytest.mark.parametrize("paint", PICTURES.values(), ids=PICTURES)


def picture(paint: Draw, samples: list[float], name: str = "") -> Picture:
    source = paint(samples, name)
    assert source is not None
    return Picture(source)


@each
def test_the_same_gives_the_same_bytes(paint: Draw) -> None:
    assert paint(usual(), "") == paint(usual(), "")


def test_bytes_depend_on_no_settings_of_the_user_and_on_no_hash_seed(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfont.size: 40\naxes.grid: True\n")
    asked = (
        "from tests.reports.figures.pictures import *\n"
        "import hashlib\n"
        "drawn = ''.join(str(f(usual(), 'x')) for f in PICTURES.values())\n"
        "print(hashlib.sha256(drawn.encode()).hexdigest())\n"
    )
    found = set()
    for seed, configured in (("0", str(tmp_path)), ("1", "")):
        own = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(PROJECT)}
        if configured:
            own["MATPLOTLIBRC"] = configured
        done = subprocess.run(
            [sys.executable, "-c", asked],
            env={**os.environ, **own},
            capture_output=True,
            check=True,
            timeout=120,
        )
        found.add(done.stdout)
    assert len(found) == 1


@each
def test_it_says_what_it_shows_and_loads_styles_and_refers_to_nothing(paint: Draw) -> None:
    found = picture(paint, usual())
    root = found.root
    assert root.attrib["role"] == "img"
    assert [e.attrib["id"] for e in root.iter() if "id" in e.attrib] == ["pt", "pd"]
    assert root.attrib["aria-labelledby"] == "pt pd"
    assert (found.said("title"), found.said("desc")) == ("Title", "Description.")
    assert found.tags <= MAY_BE_THERE
    assert "href" not in found.source
    assert "url(" not in found.source
    assert not found.source.startswith("<?")
    assert "DejaVu" not in found.source


@each
def test_hostile_names_stay_text(paint: Draw) -> None:
    calm, hostile = picture(paint, usual(), "~"), picture(paint, usual(), HOSTILE)
    assert [e.tag for e in hostile.root.iter()] == [e.tag for e in calm.root.iter()]
    assert "<script" not in hostile.source
    assert "$\\frac{1}{2$" in hostile.said("title")
    assert not [c for c in hostile.source if ord(c) < 32 or c in "\ud800\ufffe\u202e"]


@each
@pytest.mark.parametrize("name", ["$a$", "$\\frac{1}{2$", "a_b^c", "$"])
def test_a_dollar_is_a_dollar(paint: Draw, name: str) -> None:
    found = picture(paint, usual(12), name)
    shown = [text for text in found.texts() if name in text]
    assert shown or paint is PICTURES["plan"]  # which shows numbers alone


@each
@pytest.mark.parametrize("count", [10, 1200, 10_000])
def test_all_of_it_lies_on_its_canvas_and_it_is_not_large(paint: Draw, count: int) -> None:
    source = paint(usual(count), "a name that is longer than there is room for it, by far")
    if source is None:  # more positions than a plan can hold; their table has them
        assert (paint, count) == (PICTURES["plan"], 10_000)
        return
    assert Picture(source).outside() == []
    assert len(source) < 40_000


@each
def test_nothing_is_drawn_of_nothing(paint: Draw) -> None:
    assert paint([], "") is None
    if paint not in (PICTURES["crossing"], PICTURES["plan"]):
        assert paint([math.nan, math.inf, -math.inf], "") is None


@each
@pytest.mark.parametrize(
    "samples",
    [
        [5.0],
        [5.0] * 12,
        [0.0, 0.0],
        [-3.0, 2.0],
        [1e-12, 2e-12],
        [1.0, 1.0 + 2e-16],
        [1.0, math.nan, math.inf, 2.0],
        [-1e14, 1e14],
    ],
    ids=str,
)
def test_odd_numbers_are_drawn_on_the_canvas(paint: Draw, samples: list[float]) -> None:
    source = paint(samples, "")
    if source is not None:
        assert Picture(source).outside() == []
        assert "nan" not in source
        assert "inf" not in source.replace("infinite", "")


@each
def test_curves_and_marks_are_told_apart_without_colour(paint: Draw) -> None:
    """Whatever has a colour of its own has a dash, a mark, a width or a number of its own."""
    looks: dict[tuple[str, ...], set[str]] = {}
    for element in picture(paint, usual()).root.iter():
        if element.tag not in ("path", "circle"):
            continue
        mark = shape_of(element)
        width, dash = element.get("stroke-width", "1"), element.get("stroke-dasharray", "")
        colour = f"{element.get('fill')} {element.get('stroke')}"
        looks.setdefault((mark, width, dash), set()).add(colour)
    assert not {look: colours for look, colours in looks.items() if len(colours) > 1}


def shape_of(element: ElementTree.Element) -> str:
    """The form of a mark wherever it stands; of a line, only that it is one."""
    if element.tag == "circle":
        return f"circle {element.attrib['r']}"
    if element.get("fill", "none") == "none" and "z" not in element.attrib["d"]:
        return "line"
    corners = Picture.corners(element.attrib["d"].partition("z")[0])
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    return str([(round(x - left), round(y - top)) for x, y in corners])


def test_a_thin_canvas_draws_a_circle_as_a_circle_and_steps_as_steps() -> None:
    def paint(figure: object) -> None:
        axes = panel(figure, 10, 10, 110, 110)  # type: ignore[arg-type]
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.plot([0, 0, 1, 1], [0, 1, 1, 0.5], color="#123456")
        axes.plot([0.5], [0.5], marker="o", markersize=6, color="#123456", linestyle="none")

    drawn = draw(Words("p", "t", "d"), 120, paint)
    assert '<path d="M10 110V10H110V60" ' in drawn
    assert '<circle cx="60" cy="60" r="3" ' in drawn


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Pixel 9", "Pixel 9"),
        ("a\tb\nc  d", "a b c d"),
        ("\x00\x1b[31m\u202eevil\u2066", "[31mevil"),
        ("\ud800\ufdd0\uffff", ""),
        ("x" * 50, "x" * 41 + "…"),
        ("日本 ⌚", "日本 ⌚"),
    ],
)
def test_a_name_is_one_line_of_what_prints(name: str, shown: str) -> None:
    assert show(name) == shown
