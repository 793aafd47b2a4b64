"""Surveys and walks on the page: figures with intervals, plans with numbers, decisions marked."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reports.plots.crossing import BOTTOM, LEFT, RIGHT, TOP, plot_crossing
from reports.plots.range_map import NOTHING, bias_of, plot_range_map
from reports.ranging import DRAWN
from rig.measure.ranging import Spot, range_map, range_position, walk_set
from rig.records.run import RangePosition, Statistic, WalkDecision, WalkRecord
from tests.reports.demo_ranging import DELAY, RADII, survey, walks
from tests.reports.sample_runs import result

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun


def chance() -> random.Random:
    return random.Random(7)  # noqa: S311 - a seed, no secret


def at(x_m: float, y_m: float, bias: float | None) -> RangePosition:
    found = () if bias is None else (Statistic("bias", bias, None, None, 0.95),)
    return RangePosition("driver", x_m, y_m, 3.0, 10, (), found)


def test_a_survey_stands_with_every_position_and_interval(page_of: RenderRun) -> None:
    ranges = [3.05, 3.07, 3.06, 3.04, 3.08, 3.06]
    position = range_position(Spot("driver", 1.5, -2.0, 3.0), ranges, 8)
    page = page_of([result("a::test_one", range_maps=(range_map("car park", 1.0, [position]),))])
    row = page.row("1.5, -2 3")
    assert row.startswith("1.5, -2 3 6 of 8 6.0 4.5 to 7.5 1.4")
    assert row.endswith("75.0 % 34.9 to 96.8 %")
    assert "No antenna delay was taken off these ranges." in page.text
    assert "Antenna delays that were taken off" not in page.text
    assert "Plan of 1 position. Bias from 6 to 6 cm." in page.text


def test_the_calibration_that_was_applied_is_named(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one", range_maps=(survey(chance()),))])
    assert (
        "Antenna delay taken off: 0.295 m ± 0.006 m (standard uncertainty), from 100 ranges at "
        "2 m on 2026-03-01, kit DWM3001CDK 760001, by J. Doe."
    ) in page.text
    assert "Nothing was measured at 1." in page.text


def test_the_equipment_has_the_delays_that_the_whole_run_took_off(page_of: RenderRun) -> None:
    text = page_of([], calibrations=(DELAY,)).text
    assert "Antenna delays that were taken off the anchors' ranges" in text
    assert f"{DELAY.anchor} 0.295 0.006 100 at 2 m {DELAY.kit} {DELAY.date}, by" in text


def test_a_plan_tells_the_bias_in_numbers_and_not_by_colour_alone(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one", range_maps=(survey(chance()),))])
    cells = page.find("rect", "cell")
    assert len(cells) == 25
    assert len(page.find("text", "cell-text")) == 25
    assert "nothing measured" in page.text


def test_anchors_and_conditions_are_kept_apart(page_of: RenderRun) -> None:
    spots = [Spot("driver", 0, 1, 1.0), Spot("trunk", 0, 1, 1.0), Spot("trunk", 0, 1, 1.0, "bag")]
    made = range_map("car park", 1.0, [range_position(spot, [1.0], 1) for spot in spots])
    page = page_of([result("a::test_one", range_maps=(made,))])
    titles = [e.text for e in page.find("h3") if e.text.startswith("car park")]
    assert titles == ["car park: driver", "car park: trunk", "car park: trunk bag"]


@pytest.mark.parametrize(
    ("bias", "shade", "label"),
    [(0.07, 0, "+7"), (-0.1, 1, "-10"), (0.31, 2, "+31"), (1.04, 3, "+104"), (None, NOTHING, "-")],
)
def test_a_square_says_its_bias(bias: float | None, shade: int, label: str) -> None:
    plot = plot_range_map([at(0, 0, bias)], 1.0)
    assert plot is not None
    assert (plot.cells[0].shade, plot.cells[0].label) == (shade, label)


def test_the_plan_has_one_scale_and_north_is_up() -> None:
    plot = plot_range_map([at(0, 0, 0.1), at(2, 0, 0.1), at(0, 1, 0.1)], 0.5)
    assert plot is not None
    origin, east, north = plot.cells
    assert east.x - origin.x == pytest.approx(2 * (origin.y - north.y), abs=0.3)
    assert north.y < origin.y
    assert 4 * plot.size == pytest.approx(east.x - origin.x, abs=0.5)


def test_many_positions_leave_no_room_for_numbers_and_still_fit() -> None:
    plot = plot_range_map([at(x, y, 0.1) for x in range(60) for y in range(60)], 1.0)
    assert plot is not None
    assert not any(cell.label for cell in plot.cells)
    assert max(cell.y for cell in plot.cells) <= plot.bottom
    assert plot.height <= 500


@pytest.mark.parametrize("cell_m", [0.0, -1.0, math.inf, math.nan])
def test_a_map_of_odd_numbers_is_drawn_all_the_same(cell_m: float) -> None:
    assert plot_range_map([at(0, 0, math.nan), at(math.nan, 0, 0.1)], cell_m) is not None
    assert plot_range_map([at(math.inf, 0, 0.1)], 1.0) is None
    assert plot_range_map([], 1.0) is None
    assert bias_of(at(0, 0, math.nan)) is None


def test_walks_stand_with_the_distances_of_their_decisions(page_of: RenderRun) -> None:
    decisions = [WalkDecision("unlock", 0.1, 1.0 + n / 10) for n in range(5)]
    made = [
        WalkRecord(n, (0.0, 0.1), (2.0, 1.2), (2.1, 1.3), (d,)) for n, d in enumerate(decisions)
    ]
    found = walk_set(
        "approach", [*made, WalkRecord(9, (0.0, 0.1), (2.0, 1.2), (None, None))], RADII
    )
    page = page_of([result("a::test_one", walks=(found,))])
    assert "approach 6 walks" in page.text
    assert "1 walk without any decision" in page.text
    assert page.row("mean 1.2") == "mean 1.2 1 to 1.4"
    assert page.row("sd 0.15").startswith("sd 0.1581 ")
    assert "1, 1.1, 1.2, 1.3, 1.4" in page.text
    assert "Walk 2, the middle one by distance." in page.text


def test_decisions_of_one_walk_are_told_apart(page_of: RenderRun) -> None:
    both = (WalkDecision("welcome", 0.0, 4.25), WalkDecision("unlock", 0.1, 1.25))
    found = walk_set("approach", [WalkRecord(1, (0.0, 0.1), (4.3, 1.2), (None, 1.3), both)], RADII)
    page = page_of([result("a::test_one", walks=(found,))])
    assert [e.text for e in page.find("p", "samples")] == ["4.25", "1.25"]


def test_a_walk_marks_its_decisions_and_its_zones() -> None:
    walk = walks(chance()).walks[0]
    plot = plot_crossing(walk, RADII)
    assert plot is not None
    (decided,) = plot.decisions
    assert decided.label == f"unlock at {walk.decisions[0].distance_m:.2f} m".rstrip("0")
    assert [radius.label for radius in plot.radii] == ["unlock 1.2 m", "lock 2.2 m"]
    assert plot.radii[0].y > plot.radii[1].y
    assert len(plot.dots) == sum(r is not None for r in walk.ranged_m)
    assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in plot.dots)
    assert plot.description.startswith("Walk 1 from 6 to ")


def test_a_walk_without_a_decision_says_so(page_of: RenderRun) -> None:
    still = walk_set("past the car", [WalkRecord(1, (0.0, 1.0), (3.0, 3.0), (3.1, None))], RADII)
    page = page_of([result("a::test_one", walks=(still,))])
    assert "No decision fell on these walks." in page.text
    assert "Walk 1 from 3 to 3 m: no decision." in page.text


@pytest.mark.parametrize(
    "walk",
    [
        WalkRecord(1, (), (), ()),
        WalkRecord(1, (0.0,), (1.0,), (1.0,)),
        WalkRecord(1, (0.0, math.nan), (1.0, 1.0), (1.0, 1.0)),
        WalkRecord(1, (0.0, 1.0), (1.0, math.inf), (1.0, 1.0)),
    ],
    ids=["nothing", "one moment", "no time", "no distance"],
)
def test_a_walk_of_fewer_than_two_moments_is_not_drawn(walk: WalkRecord) -> None:
    assert plot_crossing(walk, RADII) is None


def test_odd_numbers_of_a_walk_are_left_out() -> None:
    odd = WalkDecision("unlock", math.nan, 1.0)
    walk = WalkRecord(1, (0.0, 1.0), (2.0, 1.0), (math.inf, math.nan), (odd,))
    plot = plot_crossing(walk, {"unlock": math.inf})
    assert plot is not None
    assert (plot.dots, plot.decisions, plot.radii) == ((), (), ())


def test_names_are_escaped(page_of: RenderRun) -> None:
    evil = "<script>alert(1)</script>"
    made = range_map(evil, 1.0, [range_position(Spot(evil, 0, 1, 1.0, evil), [1.0], 1)])
    named = replace(walks(chance()), name=evil, radii_m={evil: 1.0})
    page = page_of([result("a::test_one", range_maps=(made,), walks=(named,))])
    assert not page.find("script")


def test_figures_beyond_the_page_are_left_out_and_their_tables_stay(page_of: RenderRun) -> None:
    made = range_map("m", 1.0, [range_position(Spot("driver", 0, 1, 1.0), [1.0], 1)])
    page = page_of([result("a::test_one", range_maps=(made,) * (DRAWN + 1))])
    assert len(page.find("rect", "cell")) == DRAWN
    assert len(page.find("table", "t-survey")) == DRAWN + 1


def test_a_run_without_surveys_and_walks_has_neither(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")])
    assert not page.find("table", "t-survey")
    assert not page.find("table", "t-crossing")
    assert DELAY.kit not in page.text
