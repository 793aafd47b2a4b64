"""The page in German: its words and numbers, and what stays as the run recorded it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from reports.language import speaking
from reports.page import render_page
from reports.wording import (
    say_statistic,
    write_day,
    write_duration,
    write_moment,
    write_number,
    write_numbers,
    write_significant,
)
from rig.records.verdict import Verdict
from tests.reports.demo_run import write_demo
from tests.reports.page_reader import Page
from tests.reports.sample_runs import result, taps, visit, write_run


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(render_page(write_demo(tmp_path_factory.mktemp("demo") / "run"), "de"))


def test_the_page_says_which_language_it_is_in(german: Page) -> None:
    assert german.find("html")[0].attributes["lang"] == "de"
    assert "Kein Konformitätsurteil" in german.text
    assert [e.text for e in german.find("h2")][-1] == "Nachweise und Dateien"


def test_what_was_recorded_is_quoted_as_english(tmp_path: Path) -> None:
    failed = result("a::test_one_is_slow", Verdict.FAIL, reason="why", measurements=(taps([1.5]),))
    page = Page(
        render_page(write_run(tmp_path / "run", [failed], [visit("a::test_one_is_slow")]), "de")
    )
    quoted = {e.text for e in page.elements if e.attributes.get("lang") == "en"}
    assert {"why", "As said by the rig.", "Smoke plan of the door and the tray"} <= quoted
    assert "one is slow" in quoted
    assert {"Readers that work do so.", "unlocked"} <= quoted


def test_the_english_page_marks_no_language_but_its_own(tmp_path: Path) -> None:
    page = Page(render_page(write_demo(tmp_path / "run")))
    assert [e.tag for e in page.elements if "lang" in e.attributes] == ["html"]


def test_numbers_dates_and_times_are_written_as_in_german() -> None:
    with speaking("de"):
        assert [write_number(n) for n in (0.5, 1234.5, -2.25, 1e-9, 3.0)] == [
            "0,5",
            "1234",
            "-2,25",
            "1e-09",
            "3",
        ]
        assert write_numbers([1.5, 2.0]) == "1,5; 2"
        assert write_moment("2026-03-02T09:14:05+00:00") == "02.03.2026 09:14:05 UTC"
        assert write_moment("yesterday") == "yesterday"
        assert write_duration(3.14) == "3,1 s"
        assert [write_significant(n, 2) for n in (0.866, 118.0, 1e-9)] == ["0,87", "120", "1e-09"]
        assert [write_day(d) for d in ("2026-03-02", date(2026, 3, 2), "", "soon")] == [
            "02.03.2026",
            "02.03.2026",
            "",
            "soon",
        ]
        assert [say_statistic(name) for name in ("p95", "mean", "sd")] == [
            "P95",
            "Mittelwert",
            "Standardabweichung",
        ]
    assert write_numbers([1.5, 2.0]) == "1.5, 2"
    assert write_moment("2026-03-02T09:14:05+00:00") == "2026-03-02 09:14:05 UTC"
    assert write_day(date(2026, 3, 2)) == "2026-03-02"
    assert say_statistic("mean") == "mean"


def test_no_number_of_the_page_has_a_decimal_point(german: Page) -> None:
    recorded = re.compile(r'<table class="[^"]*t-budget.*?</table>', re.DOTALL)  # as a plan has it
    german = Page(recorded.sub("", german.source))
    pointed = re.compile(r"\b\d+\.\d+ (?:ms|m|cm|s|%)")
    cells = [e.text for e in german.elements if e.tag in {"td", "caption", "text", "desc", "h6"}]
    own = [c for c in cells if pointed.search(c)]
    assert own == []


def test_the_same_sentences_without_english_ones(german: Page) -> None:
    """A sample of what a template could forget: the words between all quoted elements."""
    assert not re.search(
        r"\b(?:shown|samples|attempt|limit|visits?|of \d+|to \d)\b", _own_words(german)
    )


def _own_words(page: Page) -> str:
    source = page.source.split("<body>", 1)[1]
    quoted = re.compile(r'<(\w+)[^>]* lang="en"[^>]*>.*?</\1>', re.DOTALL)
    files = re.compile(r"<code>.*?</code>|<a href=\"[a-z]+\.\w+\">.*?</a>")  # names and commands
    return re.sub(r"<[^>]+>", " ", files.sub(" ", quoted.sub(" ", source)))
