"""Surveys and walks keep what was added, and numbers of it are the statistics' own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rig.measure.errors import SampleError
from rig.measure.ranging import Spot
from rig.measure.ranging_evidence import Survey, Walks
from rig.records.run import CalibrationRecord, WalkDecision

SPOT = Spot("left", 3.0, 2.0, 2.0, "line of sight")
DELAY = CalibrationRecord("left", "kit", 0.1, 0.01, 100, 2.0, "2026-11-25", "AB")


def test_a_survey_has_each_position_and_the_delays_of_its_anchors() -> None:
    survey = Survey("grid", 1.0, [DELAY, replace(DELAY, anchor="rear")])
    survey.add(SPOT, [2.1, 2.2, 2.3], expected=4)
    found = survey.record()
    assert (found.name, found.cell_m, found.calibrations) == ("grid", 1.0, (DELAY,))
    (position,) = found.positions
    figures = {s.name: s.value for s in position.statistics}
    assert figures["bias"] == pytest.approx(0.2)
    assert figures["availability"] == pytest.approx(0.75)


def test_a_position_that_was_measured_twice_is_refused() -> None:
    survey = Survey("grid", 1.0)
    survey.add(SPOT, [2.1], expected=1)
    survey.add(SPOT, [2.1], expected=1)
    with pytest.raises(SampleError, match="left measured twice"):
        survey.record()


def test_walks_are_numbered_and_crossed() -> None:
    walks = Walks("approaches", {"unlock": 1.0})
    walks.add([0.0, 0.1], [1.5, 1.4], [1.6, None], [WalkDecision("unlock", 0.1, 1.4)])
    walks.add([0.0], [1.5], [1.5], [WalkDecision("unlock", 0.0, 1.2)])
    walks.add([0.0], [3.0], [None])
    found = walks.record()
    assert [walk.number for walk in found.walks] == [1, 2, 3]
    assert found.radii_m == {"unlock": 1.0}
    means = {s.name: s.value for s in found.crossings["unlock"]}
    assert means["mean"] == pytest.approx(1.3)


def test_times_without_distances_are_refused() -> None:
    walks = Walks("approaches", {})
    walks.add([0.0, 0.1], [1.5], [1.6])
    with pytest.raises(SampleError, match="walk 1 has times without distances"):
        walks.record()
