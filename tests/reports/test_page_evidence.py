"""Which visits the page shows, and how a visit is laid out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from reports.evidence import FAILING_VISITS, collect_evidence
from reports.plots.waterfall import latency_ns, plot_waterfall
from reports.trials import Trial
from rig.records.run import Result, TestStarted
from rig.records.trace import VisitRecord
from rig.records.verdict import Verdict
from tests.reports.sample_runs import result, visit

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun


def trial(number: int, *attempts: Result) -> Trial:
    return Trial(attempts[0].test, number, attempts=list(attempts))


def test_the_visits_of_a_passing_test_are_linked_and_not_in_the_page(page_of: RenderRun) -> None:
    seen = [visit("a::test_one", n) for n in (1, 2, 3)]
    page = page_of([result("a::test_one")], seen)
    assert page.find("details", "visit") == []
    assert [a.attributes["href"] for a in page.find("a") if a.text == "3 visits"] == [
        "visits/1.html#t1"
    ]
    assert "3 further visits of 3 are in these files alone" in page.text


def test_a_failing_test_shows_every_visit_unfolded(page_of: RenderRun) -> None:
    seen = [visit("a::test_one", n) for n in (1, 2, 3)]
    page = page_of([result("a::test_one", Verdict.FAIL, reason="no")], seen)
    shown = page.find("details", "visit")
    assert len(shown) == 3
    assert all("open" in v.attributes for v in shown)
    assert "further visit" not in page.text


def test_among_many_failing_visits_the_unusual_ones_are_unfolded(page_of: RenderRun) -> None:
    seen = [visit("a::test_one", n, latency_ms=20) for n in range(1, 30)]
    seen[4] = replace(seen[4], outcome="refused")
    seen[8] = visit("a::test_one", 9, latency_ms=80)
    page = page_of([result("a::test_one", Verdict.FAIL)], seen)
    shown = page.find("details", "visit")
    assert len(shown) == 29
    assert [v.text.split()[1] for v in shown if "open" in v.attributes] == ["5", "9"]


def test_the_failed_attempt_of_a_retried_test_keeps_its_evidence(page_of: RenderRun) -> None:
    attempts = [result("a::test_one", Verdict.FAIL), result("a::test_one", attempt=2)]
    seen = [visit("a::test_one"), visit("a::test_one", attempt=2)]
    page = page_of(attempts, seen)
    (shown,) = page.find("article")
    assert shown.text.startswith("one attempt 1 ✕ fail")


def test_a_test_that_was_cut_off_shows_what_was_on_the_wire(page_of: RenderRun) -> None:
    page = page_of([], [visit("a::test_one")], cut_off=TestStarted("a::test_one", 1, ()))
    assert page.find("article")[0].text.startswith("one attempt 1 … not finished")


def test_a_step_shows_fields_by_level_and_the_raw_bytes(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one", Verdict.FAIL)], [visit("a::test_one")])
    assert page.find("th", "l1")[0].text == "identifier"
    assert page.row("identifier") == "identifier A000000809434343444B467631 digital key"
    assert "Command 00A40400 Response 9000" in page.text


def test_a_step_without_an_answer_says_why(page_of: RenderRun) -> None:
    seen = visit("a::test_one")
    lost = replace(seen.steps[1], response="", error="driver_handle: the card has left")
    page = page_of(
        [result("a::test_one", Verdict.FAIL)], [replace(seen, steps=(seen.steps[0], lost))]
    )
    assert "✕ No answer: driver_handle: the card has left" in page.text
    assert len(page.find("rect", "broken")) == 1


def test_the_trace_is_read_once_and_only_shown_visits_are_kept() -> None:
    read = 0

    def stream() -> Iterator[VisitRecord]:
        nonlocal read
        for test in range(50):
            for number in (1, 2, 3):
                read += 1
                yield visit(f"a::test_{test}", number)

    trials = [trial(n, result(f"a::test_{n}")) for n in range(50)]
    trials[7].attempts[0] = replace(trials[7].attempts[0], verdict=Verdict.FAIL)
    gallery = collect_evidence(stream(), trials)
    assert read == gallery.total == 3 * 50
    assert [len(e.visits) for e in gallery.failing] == [3]
    assert gallery.left_out == gallery.total - 3
    assert gallery.held == set(range(50))


def test_failing_visits_beyond_the_page_are_counted() -> None:
    seen = [visit("a::test_one", n) for n in range(1, FAILING_VISITS + 8)]
    gallery = collect_evidence(seen, [trial(1, result("a::test_one", Verdict.FAIL))])
    assert len(gallery.failing[0].visits) == FAILING_VISITS
    assert gallery.left_out == 7


def test_visits_of_an_unknown_test_are_counted_and_not_shown() -> None:
    gallery = collect_evidence([visit("a::test_ghost")], [])
    assert (gallery.strays, gallery.left_out, gallery.failing) == (1, 1, ())


def test_a_waterfall_splits_time_between_device_and_host() -> None:
    seen = visit("a::test_one", latency_ms=90)  # device: 9 to 30 ms and 45 to 80 ms
    plot = plot_waterfall(seen)
    assert latency_ns(seen) == 90_000_000
    assert (plot.total_ms, plot.device_ms, plot.host_ms) == ("90", "56", "34")
    assert [b.host_ms for b in plot.bars] == ["9", "15"]
    first, second = plot.bars
    assert first.host_x < first.device_x < second.host_x < second.device_x
    assert second.host_x == round(first.device_x + first.device_width, 1)


def test_marks_that_fall_together_do_not_cover_each_other() -> None:
    together = {"decided": 10_000_000, "commanded": 10_000_100, "feedback": 10_000_200}
    plot = plot_waterfall(visit("a::test_one", marks=together))
    assert len({m.y for m in plot.marks}) == 3
    assert plot.top > max(m.y for m in plot.marks) + 14
