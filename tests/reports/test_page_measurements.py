"""Measurements on the page: every estimate, every limit, and what the figures show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reports.measurements import LISTED, PLOTTED
from reports.plots.axis import fit_axis
from reports.plots.ecdf import plot_ecdf
from reports.plots.phases import WIDTH, list_phases
from reports.wording import say_test, write_duration, write_number
from rig.records.run import Judgement, Limit, Statistic
from rig.records.verdict import Verdict
from tests.reports.sample_runs import result, taps

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun


def test_an_estimate_stands_with_interval_limit_basis_and_statement(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one", measurements=(taps([300.0, 310.0, 320.5]),))])
    row = page.row("tap_to_unlock ms")
    assert row == (
        "tap_to_unlock ms one 3 310 300 to 320.5 320.5 300 to 320.5 320.5 300 to 320.5 "
        "✓ pass 0 above 1000 ms"
    )
    card = page.find("article")[0].text
    assert "P95 ≤ 1000 ms As said by the rig. Basis of the limit: plan" in card
    assert "All samples in the order they were taken: 300, 310, 320.5" in card


def test_an_exceeded_limit_is_told_in_words_and_drawn(page_of: RenderRun) -> None:
    page = page_of(
        [result("a::test_one", Verdict.FAIL, measurements=(taps([300, 310, 700], bound=500),))]
    )
    assert "✕ fail 1 above 500 ms" in page.row("tap_to_unlock ms")
    assert len(page.find("line", "limit-line")) == 1


def test_a_measurement_cut_short_is_flagged(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one", measurements=(taps([300.0], wanted=59),))])
    assert "1 ▲ of 59" in page.row("tap_to_unlock ms")
    assert "▲ 1 of 59 declared samples were taken." in page.text


def test_too_few_samples_for_an_interval_are_said_to_be_so(page_of: RenderRun) -> None:
    lonely = (Statistic("p99", 5.0, None, None, 0.95), Statistic("mean", 5.0, None, None, 0.95))
    page = page_of([result("a::test_one", measurements=(taps([5.0], statistics=lonely),))])
    assert page.row("P99 5") == "P99 5 too few samples"
    assert page.row("mean 5") == "mean 5 of these samples"
    assert page.row("tap_to_unlock ms").startswith("tap_to_unlock ms one 1 \u2013 \u2013 \u2013 ")


def test_a_percentile_without_interval_is_not_in_the_table_of_all(page_of: RenderRun) -> None:
    few = (
        Statistic("p50", 5.0, None, None, 0.95),
        Statistic("p95", 6.0, None, None, 0.95),
        Statistic("p99", 6.0, 5.5, 6.5, 0.95),
    )
    page = page_of([result("a::test_one", measurements=(taps([5.0, 6.0], statistics=few),))])
    assert page.row("tap_to_unlock ms").startswith("tap_to_unlock ms one 2 5 \u2013 6 5.5 to 6.5 ")


def test_a_limit_without_an_estimate_is_still_shown(page_of: RenderRun) -> None:
    judged = Judgement(Limit("max", "<=", 9.0, "DK-A-01"), Verdict.PASS, "None above 9.")
    bare = taps([5.0, 8.0], statistics=(), judgements=(judged,))
    page = page_of([result("a::test_one", measurements=(bare,))])
    assert page.row("max 8") == "max 8 of these samples"
    assert "Basis of the limit: DK-A-01" in page.text


def test_measurements_beyond_the_page_are_counted_and_the_failing_ones_drawn(
    page_of: RenderRun,
) -> None:
    many = [result(f"a::test_{n}", measurements=(taps([1.0, 2.0]),)) for n in range(PLOTTED)]
    bad = result("a::test_bad", Verdict.FAIL, measurements=(taps([7.0, 8.0], bound=5.0),))
    page = page_of([*many, bad])
    assert "1 further measurement without a figure here" in page.text
    assert page.find("article")[-1].text.startswith("tap_to_unlock ms, n = 2 ✕ fail")
    assert "rows 1 to 200 of 201" in page.text


def test_many_samples_are_thinned_in_the_curve_and_left_to_the_journal() -> None:
    plot = plot_ecdf(taps([float(n) for n in range(10_000)]))
    assert plot is not None
    assert plot.path.count("H") <= 202
    assert plot.path.count("V") >= 150
    assert dict(plot.table)["95 % within"] == "9499"
    assert LISTED < 10_000


def test_a_far_limit_does_not_flatten_the_distribution() -> None:
    plot = plot_ecdf(taps([300.0, 301.0, 302.0], bound=60_000.0))
    assert plot is not None
    assert plot.limits[0].beyond
    assert plot.limits[0].label.endswith("▸")


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 100, (0, 20, 40, 60, 80, 100)),
        (257, 500, (250, 300, 350, 400, 450, 500)),
        (5, 5, (4.7, 4.8, 4.9, 5.0, 5.1, 5.2, 5.3)),
        (0, 0, (-0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6)),
    ],
)
def test_an_axis_has_round_ticks_around_its_values(
    low: float, high: float, ticks: tuple[float, ...]
) -> None:
    axis = fit_axis(low, high, start=0, end=100)
    assert axis.ticks == pytest.approx(ticks)
    assert axis.low <= low <= high <= axis.high


def test_phases_share_the_bar_by_their_medians() -> None:
    measured = replace(taps([4.0]), phases={"select": (1.0, 1.0), "actuate": (2.0, 4.0)})
    first, second = list_phases(measured)
    assert (first.percent, second.percent) == ("25 %", "75 %")
    assert first.x + first.width == pytest.approx(second.x)
    assert second.smallest == "2"


def test_device_and_host_time_run_across_the_phases_and_are_not_added_to_them() -> None:
    split: dict[str, tuple[float, ...]] = {
        "select": (1.0,),
        "actuate": (3.0,),
        "device time": (3.0,),
        "host time": (1.0,),
    }
    phases = list_phases(replace(taps([4.0]), phases=split))
    assert [p.percent for p in phases] == ["25 %", "75 %", "75 %", "25 %"]
    assert [p.number for p in phases] == [1, 2, None, None]
    assert sum(p.width for p in phases) == WIDTH


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (312.44, "312.4"), (1234.5, "1234"), (0.01234, "0.0123"), (1e-9, "1e-09")],
)
def test_numbers_are_written_without_false_precision(value: float, text: str) -> None:
    assert write_number(value) == text


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [(0.0421, "42 ms"), (3.14, "3.1 s"), (725.0, "12 min 05 s"), (7260.0, "2 h 01 min")],
)
def test_durations_are_written_for_people(duration_s: float, text: str) -> None:
    assert write_duration(duration_s) == text


def test_a_test_id_is_read_as_a_sentence() -> None:
    assert say_test("plans/test_x.py::test_a_tap_unlocks[owner_1]") == "a tap unlocks [owner_1]"
    assert say_test("") == ""
