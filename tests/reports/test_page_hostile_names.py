"""Names, links and payloads of devices stay text in a browser that may run scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.language import LANGUAGES
from reports.page import PAGES, write_page
from tests.reports.browser import CHROMIUM
from tests.reports.chromium import Chromium, running
from tests.reports.test_page_escaping import poisoned_run
from tests.reports.test_plugin_in_a_session import TESTS, run_session

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

OWN = "document.title='owned';document.body.dataset.owned=1"
MARKUP = (
    f'<img src=x onerror="{OWN}"></script></style></title><script>{OWN}</script><svg/onload={OWN}>'
)
POISONS = {
    "markup": MARKUP,
    "attributes": f"\" onmouseover=\"{OWN}\" autofocus onfocus='{OWN}' x='",
    "links": f"javascript:{OWN}//https://key.example/#k=1 data:text/html,<script>{OWN}</script>",
    "bidi": "\u202egpj.exe\u2066\u2069\u200f key \u061c\u0007\u0000",
    "long": "A" * 5_000 + " " + "W" * 5_000,
}
# What a page consists of: element names, and every attribute that could act.
SHAPE = """(() => {
  const all = [...document.querySelectorAll('*')].filter(e => e.tagName != 'WBR');
  const acting = all.flatMap(e => [...e.attributes]).filter(a =>
    a.name.startsWith('on') || ['src', 'action', 'formaction', 'srcdoc'].includes(a.name)
    || (a.name == 'href' && !/^(#|visits|[a-z]+\\.(html|jsonl|xml))/.test(a.value)
        && !a.value.startsWith('../report.html')));
  return [all.map(e => e.tagName).join(' '), acting.map(a => a.name + '=' + a.value),
          document.title, document.body.dataset.owned ?? ''];
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with running(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def calm(browser: Chromium, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The elements of each page of a run that is not hostile."""
    run = poisoned_run(tmp_path_factory.mktemp("calm"), "~")
    return {path.name: shape_of(browser, path)[0] for path in pages_of(run)}


def pages_of(run: Path) -> list[Path]:
    write_page(run, LANGUAGES)
    return [*(run / name for name in PAGES.values()), run / "visits" / "1.html"]


def shape_of(browser: Chromium, page: Path, width: int = 1280) -> tuple[str, list[str], str, str]:
    browser.open(page, width=width)
    browser.ask("document.querySelectorAll('details').forEach(d => { d.open = true })")
    elements, acting, title, owned = browser.ask(SHAPE)
    return elements, acting, title, owned


@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
def test_hostile_names_are_neither_markup_nor_script_nor_layout(
    browser: Chromium, calm: dict[str, str], tmp_path: Path, poison: str
) -> None:
    for page in pages_of(poisoned_run(tmp_path / "run", poison)):
        elements, acting, title, owned = shape_of(browser, page)
        assert elements == calm[page.name]
        assert acting == []
        assert title != "owned"
        assert owned == ""
        assert not browser.ask(
            "/[\\u202a-\\u202e\\u2066-\\u2069\\u200e\\u200f\\u061c\\u0007]/"
            ".test(document.documentElement.textContent)"
        )
        for width in (1280, 390):
            browser.open(page, width=width)
            assert browser.ask("document.documentElement.scrollWidth") == width


def test_the_check_would_see_an_element_and_a_script(
    browser: Chromium, calm: dict[str, str], tmp_path: Path
) -> None:
    (page, *_rest) = pages_of(poisoned_run(tmp_path / "run", "~"))
    page.write_text(
        page.read_text(encoding="utf-8")
        .replace("default-src 'none'", "default-src 'unsafe-inline'")
        .replace("<main", f"{MARKUP}<main"),
        encoding="utf-8",
    )
    elements, acting, title, owned = shape_of(browser, page)
    assert elements != calm[page.name]
    assert any(a.startswith("onerror=") for a in acting)
    assert title == "owned" or owned


def test_a_stamp_of_any_length_leaves_the_report_in_sight(
    browser: Chromium, tmp_path: Path
) -> None:
    (page, *_rest) = pages_of(poisoned_run(tmp_path / "run", POISONS["long"]))
    browser.open(page, width=1280, height=800)
    assert browser.ask("document.querySelector('.stamps').getBoundingClientRect().height") <= 260


def test_the_engineer_s_page_stays_itself(browser: Chromium, tmp_path: Path) -> None:
    names = [MARKUP, *(p for n, p in POISONS.items() if n != "markup")]
    cases = ", ".join(f"pytest.param({n}, id={name!r})" for n, name in enumerate(names))
    head = TESTS[: TESTS.index("@pytest")]
    hostile = (
        f"{head}@pytest.mark.parametrize('n', [{cases}])\n"
        f"def test_one(n):\n    print({MARKUP!r})\n    assert n < 0, {MARKUP!r}\n"
    )
    run = tmp_path / "run"
    status, said = run_session(
        tmp_path, "--go", str(run), "--metadata", "phone", MARKUP, tests=hostile
    )
    assert status == 1, said
    browser.open(run / "engineer.html")
    assert browser.ask("document.querySelectorAll('tbody.results-table-row').length") == len(names)
    assert browser.ask("document.title") == "Digital Key Rig: run"
    assert browser.ask("document.body.dataset.owned ?? ''") == ""
    assert (
        browser.ask(
            "document.querySelectorAll('img[src=x], svg, [onerror], [onload], [onfocus]').length"
        )
        == 0
    )
    assert browser.ask("[...document.scripts].filter(s => s.text.includes('owned')).length") == 0
