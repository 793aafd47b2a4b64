"""Every anchor's ranges of a phone at rest, place by place around the vehicle."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.phone import Phone
from drivers.api.stage import Carried, Stage
from rig.measure.limits import Count
from rig.measure.observations import Observe
from rig.measure.ranging_evidence import Survey
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from testplans.steps import surveying, walking
from testplans.steps.measuring import ByPlan
from testplans.steps.surveying import Surveyor

pytestmark = pytest.mark.requirement("DK-UNLOCK-02", "DK-UNLOCK-10")
NAME = "around the vehicle"


@pytest.fixture
def surveyor(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, count: Count, observe: Observe
) -> Surveyor:
    """Phone and vehicle have met."""
    known = stage.accuracy
    observe("places are known", f"within {known.within_m:g} m ({known.basis})")
    walking.meet(car, stage, phone)
    return Surveyor(passive, stage, phone, count("survey_blocks", 10))


def test_ranges_hold_in_sight_of_an_anchor(
    surveyor: Surveyor, survey: Callable[[str, float], Survey], by_plan: ByPlan, count: Count
) -> None:
    """The zones are no better than the ranges that they are judged by.

    Judged is every place in sight of an anchor: how often it gave a range there, and how wrong.
    What the body hides is shown, and nobody promises anything of it.
    """
    grid = surveying.grid_around(count("survey_reach_m", 2))
    places = surveyor.over(grid, Carried.IN_HAND, survey(NAME, surveying.CELL_M))
    seen = [place for place in places if place.condition.endswith(surveying.OPEN)]
    with by_plan("range_availability", unit="%", of="places", otherwise=len(seen)) as samples:
        for sample, place in zip(samples, seen, strict=True):
            sample.takes(100 * len(place.ranges_m) / place.expected)
    with by_plan("range_bias", unit="m", of="places", otherwise=len(seen)) as samples:
        for sample, place in zip(samples, seen, strict=True):
            sample.takes(abs(surveying.bias_m(place)))


def test_what_a_body_does_to_ranges_is_shown(
    surveyor: Surveyor, survey: Callable[[str, float], Survey], count: Count, observe: Observe
) -> None:
    """In a back pocket the body stands in the way of half the vehicle: nothing is judged."""
    grid = surveying.grid_around(count("survey_reach_m", 2))
    places = surveyor.over(grid, Carried.BACK_POCKET, survey(NAME, surveying.CELL_M))
    heard = sum(bool(place.ranges_m) for place in places)
    observe("heard from a back pocket", f"{heard} of {len(places)} anchors and places")
    assert heard, "no anchor heard the phone anywhere"
