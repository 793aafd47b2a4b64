"""The visits of every test in files beside the page, and the page's links into them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reports.errors import ReportError
from reports.page import render_files, write_page
from reports.visits import TESTS, VISITS
from reports.wording import quote_css
from rig.records.journal import TRACE
from rig.records.run import TestStarted
from rig.records.verdict import Verdict
from tests.reports.page_reader import Page
from tests.reports.sample_runs import result, visit, write_run

LANGUAGES = ["en"]


def book_of(folder: Path, number: int = 1) -> Page:
    return Page(render_files(folder, LANGUAGES)[f"visits/{number}.html"].decode())


def test_a_passing_visit_is_decoded_with_its_bytes_and_marks(tmp_path: Path) -> None:
    seen = visit("a::test_one", explanation="Owner key.")
    book = book_of(write_run(tmp_path / "run", [result("a::test_one")], [seen]))
    (text,) = [e.text for e in book.find("pre")]
    assert text.startswith(
        "Visit 1 at driver_handle: unlocked Owner key. marks in ms: presence 0.00, selected 6.67"
    )
    assert "1. SELECT, driver_handle, 2.00 to 6.67 ms > 00A40400 < 9000" in text
    assert "identifier: A000000809434343444B467631 (digital key)" in text
    assert [e.text for e in book.find("h2")] == ["one: pass"]


def test_the_stamps_of_a_run_stand_at_the_top_of_its_visits_and_in_the_margin(
    tmp_path: Path,
) -> None:
    seen = visit("a::test_one")
    run = write_run(
        tmp_path / "run", [result("a::test_one")], [seen], simulated=True, finished=False
    )
    stamps = ["SIMULATED - no compliance verdict", "INCOMPLETE - cut off between two tests"]
    files = render_files(run, ["de"])  # they are English all the same
    book = Page(files["visits/1.html"].decode())
    assert [e.text for e in book.find("p", "stamp")] == stamps
    assert f"@top-left {{ content: {quote_css('  ·  '.join(stamps))}; }}" in book.text_of("style")


def test_the_visits_of_a_whole_run_on_real_devices_bear_no_stamp(tmp_path: Path) -> None:
    book = book_of(write_run(tmp_path / "run", [result("a::test_one")], [visit("a::test_one")]))
    assert not book.find("p", "stamp")
    assert "@top-left" not in book.text_of("style")


def test_a_step_without_an_answer_says_why(tmp_path: Path) -> None:
    seen = visit("a::test_one")
    lost = replace(seen.steps[1], response="", error="the card has left")
    run = write_run(tmp_path / "run", [result("a::test_one")], [replace(seen, steps=(lost,))])
    assert "< none: the card has left" in book_of(run).find("pre")[0].text


def test_every_link_of_the_page_leads_to_a_test_in_a_file_and_back(tmp_path: Path) -> None:
    tests = [f"a::test_{n}" for n in range(2 * TESTS + 1)]
    run = write_run(tmp_path / "run", [result(t) for t in tests], [visit(t) for t in tests])
    write_page(run)
    page = Page((run / "report.html").read_text(encoding="utf-8"))
    links = [a.attributes["href"] for a in page.find("a")]
    inner = {a for a in links if a.startswith("visits/") and "#" in a}
    assert len(inner) == len(tests)
    found = set()
    for file in sorted((run / "visits").iterdir()):
        book = Page(file.read_text(encoding="utf-8"))
        found |= {f"visits/{file.name}#{e.attributes['id']}" for e in book.find("section")}
        back = {a.attributes["href"].split("#")[1] for a in book.find("a")}
        assert back <= {"tests", *(e.attributes.get("id") for e in page.elements)}
    assert found == inner
    assert {"visits/1.html", "visits/2.html", "visits/3.html"} <= set(links)
    assert "tests 201 to 201" in page.text


def test_a_visit_of_a_retried_test_names_its_attempt(tmp_path: Path) -> None:
    attempts = [result("a::test_one", Verdict.ERROR), result("a::test_one", attempt=2)]
    seen = [visit("a::test_one"), visit("a::test_one", attempt=2)]
    text = book_of(write_run(tmp_path / "run", attempts, seen)).text_of("pre")
    assert "Visit 1 at" in text
    assert "Visit 1, attempt 2 at" in text


def test_visits_beyond_what_a_file_holds_are_counted(tmp_path: Path) -> None:
    seen = [visit("a::test_one", n) for n in range(1, VISITS + 4)]
    book = book_of(write_run(tmp_path / "run", [result("a::test_one")], seen))
    assert book.text_of("pre").count("unlocked") == VISITS
    assert "3 further visits are in trace.jsonl alone." in book.text_of("section")


def test_a_run_without_visits_leaves_no_files_and_no_links(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [result("a::test_one")])
    assert list(render_files(run, LANGUAGES)) == ["report.html"]
    assert "visits/" not in write_page(run).read_text(encoding="utf-8")


def test_a_test_whose_visits_are_missing_is_not_linked(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [result("a::test_one", visits=2)])
    page = Page(render_files(run, LANGUAGES)["report.html"].decode())
    assert "400 ms, 2 visits" in page.row("one a::test_one")
    assert not [a for a in page.find("a") if a.attributes["href"].startswith("visits/")]


def test_a_test_that_was_cut_off_has_its_visits_in_a_file_too(tmp_path: Path) -> None:
    cut = TestStarted("a::test_one", 1, ())
    book = book_of(write_run(tmp_path / "run", [], [visit("a::test_one")], cut_off=cut))
    assert book.find("h2")[0].text == "one: not finished"


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    evil = "</pre><script>owned()</script>\u202egnp.exe\x07"
    seen = visit("a::test_one", place=evil, outcome=evil, explanation=evil, marks={evil: 1})
    run = write_run(tmp_path / "run", [result("a::test_one")], [seen], run_id=f"run{evil}")
    book = book_of(run)
    assert book.find("script") == []
    assert "\u202e" not in book.source
    assert "⟨U+202E⟩gnp.exe⟨U+0007⟩" in book.text_of("pre")


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 1},
        {"steps": [{}]},
        {"steps": [{"name": "SELECT", "device": "x", "sent_ns": "1"}]},
        {"marks": ["presence"]},
        {"number": None, "marks": None, "steps": None},
        {"test": 1},
        {"outcome": None},
        {"record": "Resulting"},
    ],
)
def test_a_line_that_is_no_visit_is_refused_though_its_test_passed(
    tmp_path: Path, change: dict[str, object]
) -> None:
    run = write_run(tmp_path / "run", [result("a::test_one")], [visit("a::test_one")])
    trace = run / TRACE
    trace.write_text(json.dumps({**json.loads(trace.read_text()), **change}) + "\n")
    with pytest.raises(ReportError, match="is not a readable run"):
        render_files(run, LANGUAGES)
