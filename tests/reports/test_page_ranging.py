"""Surveys and walks on the page: figures with intervals, plans with numbers, decisions marked."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from reports.ranging import DRAWN
from rig.measure.ranging import Spot, range_map, range_position, walk_set
from rig.records.run import WalkDecision, WalkRecord
from tests.reports.demo_ranging import DELAY, RADII, survey, walks
from tests.reports.sample_runs import result

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun


def chance() -> random.Random:
    return random.Random(7)  # noqa: S311 - a seed, no secret


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


def test_anchors_and_conditions_are_kept_apart(page_of: RenderRun) -> None:
    spots = [Spot("driver", 0, 1, 1.0), Spot("trunk", 0, 1, 1.0), Spot("trunk", 0, 1, 1.0, "bag")]
    made = range_map("car park", 1.0, [range_position(spot, [1.0], 1) for spot in spots])
    page = page_of([result("a::test_one", range_maps=(made,))])
    titles = [e.text for e in page.find("h3") if e.text.startswith("car park")]
    assert titles == ["car park: driver", "car park: trunk", "car park: trunk bag"]


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
    assert "Left: walk 2, the middle one by distance;" in page.text
    assert "unlock after 0.1 s at 1.2 m" in page.by_id("w1d").text


def test_decisions_of_one_walk_are_told_apart(page_of: RenderRun) -> None:
    both = (WalkDecision("welcome", 0.0, 4.25), WalkDecision("unlock", 0.1, 1.25))
    found = walk_set("approach", [WalkRecord(1, (0.0, 0.1), (4.3, 1.2), (None, 1.3), both)], RADII)
    page = page_of([result("a::test_one", walks=(found,))])
    assert [e.text for e in page.find("p", "samples")] == ["4.25", "1.25"]


def test_a_walk_without_a_decision_says_so(page_of: RenderRun) -> None:
    still = walk_set("past the car", [WalkRecord(1, (0.0, 1.0), (3.0, 3.0), (3.1, None))], RADII)
    page = page_of([result("a::test_one", walks=(still,))])
    assert "No decision fell on these walks." in page.text
    assert "Walk 1: no decision." in page.text


def test_names_are_escaped(page_of: RenderRun) -> None:
    evil = "<script>alert(1)</script>"
    made = range_map(evil, 1.0, [range_position(Spot(evil, 0, 1, 1.0, evil), [1.0], 1)])
    named = replace(walks(chance()), name=evil, radii_m={evil: 1.0})
    page = page_of([result("a::test_one", range_maps=(made,), walks=(named,))])
    assert not page.find("script")


def test_figures_beyond_the_page_are_left_out_and_their_tables_stay(page_of: RenderRun) -> None:
    made = range_map("m", 1.0, [range_position(Spot("driver", 0, 1, 1.0), [1.0], 1)])
    page = page_of([result("a::test_one", range_maps=(made,) * (DRAWN + 1))])
    assert len(page.find("svg", "drawn")) == DRAWN
    assert len(page.find("table", "t-survey")) == DRAWN + 1


def test_a_run_without_surveys_and_walks_has_neither(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")])
    assert not page.find("table", "t-survey")
    assert not page.find("table", "t-crossing")
    assert DELAY.kit not in page.text
