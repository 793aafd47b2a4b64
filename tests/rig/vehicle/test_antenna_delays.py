"""What is taken off an anchor's ranges: only what was found on that very kit."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from drivers.api.uwb import Measurement, RangeStatus
from drivers.sim.uwb_anchor import VirtualUwbAnchor
from drivers.sim.world import World
from drivers.uwb.kits import PipeAnchor
from rig.measure.calibration import FORMAT
from rig.measure.errors import CalibrationError
from rig.records.run import CalibrationRecord
from rig.vehicle.antenna_delays import antenna_delays, without_delay
from rig.vehicle.passive.geometry import PlacedAnchor
from tests.rig.vehicle.passive.scene import scene
from tests.rig.vehicle.passive.test_attacks import at_the_door

DELAY = CalibrationRecord(
    "front", "UCI in this process serial pipe", 0.3, 0.01, 100, 2.0, "2026-11-25", "AB"
)


def file_of(folder: Path, *calibrations: CalibrationRecord) -> Path:
    path = folder / "delays.json"
    body = {"format": FORMAT, "calibrations": [asdict(one) for one in calibrations]}
    path.write_text(json.dumps(body))
    return path


def test_an_anchor_has_the_delay_of_its_own_kit_or_none_and_it_is_told(tmp_path: Path) -> None:
    other = replace(DELAY, anchor="rear", kit="Qorvo DWM3001CDK serial 1")
    elsewhere = replace(DELAY, anchor="attic")
    with World(time="virtual") as world:
        chips = [VirtualUwbAnchor(world, (x, 0, 1)) for x in (0, 1, 2)]
        anchors = {n: PipeAnchor(c) for n, c in zip(("front", "rear", "roof"), chips, strict=True)}
        delays = antenna_delays(file_of(tmp_path, DELAY, other, elsewhere), anchors)
        none = antenna_delays(None, anchors)
        for device in (*anchors.values(), *chips):
            device.close()
    assert delays.applied == {"front": DELAY}
    told = {one.name: f"{one.mark}: {one.why}" for one in delays.records()}
    assert told == {
        "passive: antenna delay of rear": "gap: Its ranges count as the kit tells them: rear is UCI"
        " in this process serial pipe, and its calibration is of Qorvo DWM3001CDK serial 1.",
        "passive: antenna delay of roof": "gap: Its ranges count as the kit tells them: delays.json"
        " has no entry.",
    }
    assert none.applied == {}
    assert len(none.records()) == 3


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "delays.json").write_text("{}")
    with pytest.raises(CalibrationError, match=r"delays\.json: wanted format"):
        antenna_delays(tmp_path / "delays.json", {})


OK, NEGATIVE, NO_ANSWER = RangeStatus.OK, RangeStatus.NEGATIVE, RangeStatus.NO_ANSWER
TAKEN_OFF = {
    "as told": (OK, 2.0, 0.0, OK, 2.0),
    "less": (OK, 2.0, 0.3, OK, 1.7),
    "more": (OK, 2.0, -0.3, OK, 2.3),
    "below zero": (OK, 0.1, 0.3, NEGATIVE, -0.2),
    "back above zero": (NEGATIVE, -0.2, -0.3, OK, 0.1),
    "nothing measured": (NO_ANSWER, None, 0.3, NO_ANSWER, None),
}


@pytest.mark.parametrize(
    ("status", "told_m", "offset_m", "then", "left_m"), TAKEN_OFF.values(), ids=TAKEN_OFF
)
def test_a_measurement_without_the_delay_has_the_status_that_is_right(
    status: RangeStatus,
    told_m: float | None,
    offset_m: float,
    then: RangeStatus,
    left_m: float | None,
) -> None:
    told = Measurement(1, 0, status, 0, told_m, sts_index=7, block=3)
    found = without_delay(told, replace(DELAY, offset_m=offset_m))
    assert found.status is then
    assert found.distance_m == (None if left_m is None else pytest.approx(left_m))
    assert replace(found, status=status, distance_m=told_m) == told
    assert without_delay(told, None) is told


@pytest.mark.parametrize("known", [True, False])
def test_a_phone_at_the_door_is_let_in_by_ranges_without_the_delay(
    known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibration = replace(DELAY, offset_m=4.0) if known else None
    monkeypatch.setattr(
        "tests.rig.vehicle.passive.scene.PlacedAnchor",
        lambda anchor, at: PlacedAnchor(anchor, at, calibration),
    )
    with scene() as s:
        s.alter = lambda m: replace(m, distance_m=(m.distance_m or 0.0) + 4.0)
        at_the_door(s)
        assert (s.entry.next_movement(6.0) is not None) is known
