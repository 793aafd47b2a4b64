"""What a browser makes of the page: without scripts, on paper, in colour."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from reports.language import LANGUAGES
from reports.page import PAGES, write_page
from tests.reports.browser import CHROMIUM
from tests.reports.chromium import Chromium, running
from tests.reports.demo_run import write_demo
from tests.reports.page_reader import Page

PDFTOTEXT = shutil.which("pdftotext")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
on_paper = pytest.mark.skipif(PDFTOTEXT is None, reason="pdftotext (poppler-utils) is not there")

# Every text that is seen, with its colour, what it stands on, and the ratio of both (WCAG 2.1).
CONTRAST = """(() => {
  const shine = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92
    : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const parts = text => { const n = text.match(/[\\d.]+/g).map(Number);
    return n.length > 3 && n[3] === 0 ? null : n.slice(0, 3); };
  const ground = e => { for (; e; e = e.parentElement) {
    const c = parts(getComputedStyle(e).backgroundColor); if (c) return c; }
    return [255, 255, 255]; };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    const e = text.parentElement;
    if (!text.data.trim() || e.closest("title, desc")) continue;
    if (e.closest("svg")?.querySelector(".cell")) continue;
    const style = getComputedStyle(e);
    const over = e.closest("svg") && e.matches(".on, .flag-text");  // written on a shape
    const colour = parts(e.closest("svg") ? style.fill : style.color);
    const under = over ? parts(getComputedStyle(e.previousElementSibling).fill) : ground(e);
    const [a, b] = [shine(colour), shine(under)].sort((x, y) => y - x);
    found.push([(a + .05) / (b + .05), text.data.trim().slice(0, 40), `${colour} on ${under}`]);
  }
  return found;
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with running(tmp_path_factory.mktemp("profile")) as found:
        found.forbid_scripts()
        yield found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_demo(tmp_path_factory.mktemp("demo") / "run")
    write_page(folder, LANGUAGES)
    return folder


@pytest.fixture(params=LANGUAGES)
def page(request: pytest.FixtureRequest, run: Path) -> Path:
    return run / PAGES[request.param]


def test_requirements_are_shown_where_scripts_are_forbidden(browser: Chromium, page: Path) -> None:
    browser.open(page)
    rows = "[...document.querySelectorAll('.t-requirement tbody tr')]"
    written = Page(page.read_text(encoding="utf-8")).find("tr")
    covered = [e for e in written if re.fullmatch(r"r\d+", e.attributes.get("id", ""))]
    assert browser.ask(f"{rows}.length") == len(covered) >= 29
    browser.ask("document.querySelector('#requirements').scrollIntoView()")
    assert browser.ask(f"{rows}.every(row => row.getBoundingClientRect().height > 10)")
    assert browser.ask("document.scripts.length") == 0


def test_every_text_has_the_contrast_that_small_text_needs(browser: Chromium, page: Path) -> None:
    browser.open(page)
    found = browser.ask(CONTRAST)
    assert len(found) > 1000
    assert [text for text in found if text[0] < 4.5] == []


def test_the_contrast_check_would_see_a_pale_text(browser: Chromium, page: Path) -> None:
    browser.open(page)
    browser.ask("document.querySelector('.kicker').style.color = '#999'")
    assert [text for ratio, text, *_rest in browser.ask(CONTRAST) if ratio < 4.5]


def test_headings_tables_and_figures_are_named(browser: Chromium, page: Path) -> None:
    browser.open(page)
    levels = browser.ask(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    unnamed = "[...document.querySelectorAll('{}')].filter(e => !{}).length"
    assert browser.ask(unnamed.format("table", "e.caption?.textContent.trim()")) == 0
    assert browser.ask(unnamed.format("th", "e.scope")) == 0
    assert browser.ask(unnamed.format("svg[role=img]", 'e.querySelector("title")')) == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_screen_in_any_language(
    browser: Chromium, page: Path, width: int
) -> None:
    for file in (page, page.parent / "visits" / "1.html"):
        browser.open(file, width=width)
        browser.ask(
            "document.head.append(Object.assign(document.createElement('style'),"
            "{textContent: '.chunk, section { content-visibility: visible !important }'}))"
        )
        assert browser.ask("document.documentElement.scrollWidth") == width


def test_verdict_scope_failures_and_open_points_are_on_one_screen(
    browser: Chromium, page: Path
) -> None:
    browser.open(page, width=1280, height=800)
    places = browser.ask(
        "['.verdict', '.scope', '[aria-labelledby=h-block]', '[aria-labelledby=h-open]',"
        " '[aria-labelledby=h-req]'].map(s => document.querySelector(s).getBoundingClientRect())"
        ".map(r => [r.top, r.bottom])"
    )
    assert all(0 < top < bottom <= 800 for top, bottom in places), places


@on_paper
def test_every_printed_page_has_its_number_and_the_report_s_id(
    page: Path, printed: dict[str, list[str]]
) -> None:
    sheets = printed[page.name]
    assert len(sheets) > 8
    german = page.name == PAGES["de"]
    words = "Seite {} von {}" if german else "page {} of {}"
    stamp = "SIMULIERT - kein Konformitätsurteil" if german else "SIMULATED - no compliance verdict"
    for number, sheet in enumerate(sheets, 1):
        assert words.format(number, len(sheets)) in sheet
        assert "20260302T091405Z-smoke-desk" in sheet
        assert stamp in sheet


@on_paper
def test_folded_evidence_of_a_failure_is_printed_all_the_same(
    browser: Chromium, run: Path, printed: dict[str, list[str]]
) -> None:
    page = Page((run / "report.html").read_text(encoding="utf-8"))
    slow = next(a for a in page.find("article", "failing") if "shared" in a.text)
    browser.open(run / "report.html")
    folded = browser.ask("document.querySelectorAll('.failing details:not([open])').length")
    assert folded > 20
    paper = "\n".join(printed["report.html"])
    assert slow.text.count("Visit ") >= 59
    assert set(re.findall(r"Visit (\d+) at driver_handle", paper)) >= {str(n) for n in range(1, 60)}
    assert paper.count("4. EXCHANGE") >= 59  # a step of each of them


@pytest.fixture(scope="module")
def printed(
    browser: Chromium, run: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """Both pages as printed, once: their sheets' texts by the page's name."""
    found = {}
    for name in PAGES.values():
        browser.open(run / name)
        found[name] = print_out(browser, tmp_path_factory.mktemp("paper"))
    return found


def print_out(browser: Chromium, folder: Path) -> list[str]:
    """The text of every sheet."""
    assert PDFTOTEXT is not None
    pdf = folder / "page.pdf"
    pdf.write_bytes(browser.print_pdf())
    command = [PDFTOTEXT, "-layout", str(pdf), "-"]
    told = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return told.stdout.decode().split("\f")[:-1]
