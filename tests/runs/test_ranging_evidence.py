"""What a survey and walks leave in journal and report, from a run of the rig."""

from __future__ import annotations

import json

import pytest

from rig.measure.calibration import FORMAT
from rig.records.run import RangeMap, Result, WalkSet
from rig.records.verdict import Verdict
from tests.runs.rig_runs import PLANS, Ended, OwnBench, RigRun

PLAN = PLANS / "ranging_evidence.yaml"
TOO_MUCH_M = 0.5  # what a wrong calibration takes off


@pytest.fixture(scope="module")
def ended(rig_run: RigRun, own_bench: OwnBench) -> Ended:
    return rig_run(PLAN, own_bench("virtual-time"))


def result_of(ended: Ended, name: str) -> Result:
    return next(r for r in ended.run.results if name in r.test)


def map_of(ended: Ended, name: str) -> RangeMap:
    (found,) = result_of(ended, name).range_maps
    return found


def walks_of(ended: Ended, name: str) -> WalkSet:
    (found,) = result_of(ended, name).walks
    return found


def test_the_run_passes(ended: Ended) -> None:
    assert ended.status == 0, ended.output


def test_a_survey_has_every_anchor_at_every_place(ended: Ended) -> None:
    found = map_of(ended, "ranges_hold_in_sight")
    places = {(p.x_m, p.y_m) for p in found.positions}
    anchors = {p.anchor for p in found.positions}
    assert len(anchors) == 8
    assert len(found.positions) == len(places) * len(anchors)
    assert all(p.expected >= 10 for p in found.positions)
    assert {p.condition for p in found.positions} == {
        "in the hand, line of sight",
        "in the hand, through the vehicle",
    }


def test_what_a_body_hides_is_measured_longer(ended: Ended) -> None:
    """The survey can tell: it is no copy of the truth."""
    hand, pocket = (map_of(ended, name) for name in ("ranges_hold", "a_body_does"))
    assert mean_bias_m(pocket) > mean_bias_m(hand) + 0.02
    assert all(p.condition.startswith("in a back pocket") for p in pocket.positions)


def mean_bias_m(survey: RangeMap) -> float:
    seen = [p for p in survey.positions if p.condition.endswith("sight")]
    found = [s.value for p in seen for s in p.statistics if s.name == "bias"]
    return sum(found) / len(found)


@pytest.mark.parametrize(
    ("test", "what", "count"),
    [("zone[1.4 m/s]", "unlock", 3), ("zone[2.1 m/s]", "unlock", 3), ("leaving_locks", "lock", 3)],
)
def test_each_walk_has_its_decision_where_it_was_measured(
    ended: Ended, test: str, what: str, count: int
) -> None:
    result, found = result_of(ended, test), walks_of(ended, test)
    assert len(found.walks) == count
    assert set(found.crossings) == {what}
    decided = [walk.decisions[0] for walk in found.walks]
    (measured,) = result.measurements
    assert [d.distance_m for d in decided] == pytest.approx(measured.samples)
    for walk, decision in zip(found.walks, decided, strict=True):
        assert len(walk.times_s) > 10
        assert 0 < decision.t_s < walk.times_s[-1] + 1
        errors = [
            abs(ranged - true)
            for ranged, true in zip(walk.ranged_m, walk.true_m, strict=True)
            if ranged is not None
        ]
        assert sorted(errors)[len(errors) // 2] < 0.5


def test_passes_are_walks_without_a_decision(ended: Ended) -> None:
    found = walks_of(ended, "opens_nothing[3 m]")
    assert [walk.decisions for walk in found.walks] == [(), ()]
    assert found.crossings == {}
    assert min(min(walk.true_m) for walk in found.walks) == pytest.approx(3.0, abs=0.1)


def test_the_report_draws_both(ended: Ended) -> None:
    page = (ended.run.folder / "report.html").read_text()
    assert "around the vehicle: front_left" in page
    assert "approaches at 1.4 m/s" in page
    assert "passes at 3 m" in page


def test_a_wrong_antenna_delay_is_found_by_the_survey(rig_run: RigRun, own_bench: OwnBench) -> None:
    """One anchor's ranges are half a metre too short: the survey fails, and says where."""
    bench = own_bench("virtual-time")
    wrong = {
        "anchor": "front_left",
        "kit": "UCI in this process serial pipe",
        "offset_m": TOO_MUCH_M,
        "uncertainty_m": 0.01,
        "samples": 100,
        "reference_m": 2.0,
        "date": "2026-11-25",
        "operator": "AB",
    }
    (bench.parent / "delays.json").write_text(
        json.dumps({"format": FORMAT, "calibrations": [wrong]})
    )
    text = bench.read_text().replace("vehicle:\n", "vehicle:\n  calibrations: delays.json\n", 1)
    bench.write_text(text)
    ended = rig_run(PLAN, bench, "-k", "ranges_hold")
    result = result_of(ended, "ranges_hold")
    assert result.verdict is Verdict.FAIL, result.reason
    assert "range_bias" in result.reason
    found = map_of(ended, "ranges_hold")
    assert [each.anchor for each in found.calibrations] == ["front_left"]
