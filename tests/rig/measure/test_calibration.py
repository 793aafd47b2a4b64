"""Antenna delays: found, kept, read strictly, applied to their own kit only."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from rig.measure.calibration import (
    Reference,
    calibrate,
    calibration_for,
    corrected,
    read_calibrations,
    write_calibrations,
)
from rig.measure.errors import CalibrationError
from rig.records.run import CalibrationRecord

TAPE = Reference(2.0, 0.005)


def ranges(n: int = 100, sigma: float = 0.03, seed: int = 3) -> list[float]:
    chance = random.Random(seed)  # noqa: S311 - a seed, no secret
    return [chance.gauss(2.295, sigma) for _ in range(n)]


def found(ranges_m: list[float], **more: Any) -> CalibrationRecord:
    about: dict[str, Any] = {
        "anchor": "driver",
        "kit": "DWM3001CDK 760001",
        "reference": TAPE,
        "date": "2026-11-25",
        "operator": "J. Doe",
    }
    return calibrate(ranges_m, **(about | more))


def test_the_offset_is_what_the_anchor_measures_too_much() -> None:
    calibration = found(ranges())
    assert calibration.offset_m == pytest.approx(0.295, abs=0.01)
    assert calibration.uncertainty_m == pytest.approx((0.00376**2 + 0.005**2) ** 0.5, rel=0.25)
    assert corrected(2.295, calibration) == pytest.approx(2.0, abs=0.01)
    assert corrected(2.295, None) == 2.295


def test_a_stray_range_does_not_move_it() -> None:
    clean = ranges()
    assert found([*clean[:-3], 5.0, 6.0, 7.0]).offset_m == pytest.approx(
        found(clean).offset_m, abs=0.005
    )


@pytest.mark.parametrize(
    ("measured", "more", "complaint"),
    [
        (ranges(29), {}, "29 ranges, not 30"),
        (ranges(sigma=0.3), {}, "is the path clear"),
        ([*ranges(40), *([4.0] * 10)], {}, "with 10 outliers"),
        (ranges(), {"operator": " "}, "operator"),
        (ranges(), {"kit": ""}, "kit"),
        (ranges(), {"date": "25.11.2026"}, "date"),
        (ranges(), {"reference": Reference(0.0, 0.1)}, "below zero"),
        (ranges(), {"reference": Reference(2.0, float("nan"))}, "not finite"),
    ],
)
def test_what_is_no_calibration_is_refused(
    measured: list[float], more: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(CalibrationError, match=complaint):
        found(measured, **more)


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    both = [found(ranges()), found(ranges(), anchor="trunk")]
    write_calibrations(tmp_path / "delays.json", both)
    assert [*read_calibrations(tmp_path / "delays.json").values()] == both


def test_a_calibration_is_of_one_kit() -> None:
    known = {"driver": found(ranges())}
    assert calibration_for(known, "driver", "DWM3001CDK 760001") is known["driver"]
    assert calibration_for(known, "trunk", "anything") is None
    with pytest.raises(CalibrationError, match="driver is DWM3001CDK 760002, and its calibration"):
        calibration_for(known, "driver", "DWM3001CDK 760002")


def test_an_anchor_is_calibrated_once(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="driver is calibrated twice"):
        write_calibrations(tmp_path / "delays.json", [found(ranges()), found(ranges())])
    assert not (tmp_path / "delays.json").exists()


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "a field too many": ({"colour": "red"}, "entry 1: wanted anchor, kit"),
    "a number as text": ({"offset_m": "0.3"}, "offset_m is '0.3', no float"),
    "a truth as number": ({"offset_m": True}, "offset_m is True, no float"),
    "samples as fraction": ({"samples": 50.5}, "samples is 50.5, no int"),
    "too few samples": ({"samples": 3}, "3 ranges"),
    "no date": ({"date": "yesterday"}, "date 'yesterday'"),
    "an uncertainty below zero": ({"uncertainty_m": -0.1}, "below zero"),
    "nobody": ({"operator": ""}, "operator"),
}


@pytest.mark.parametrize(("change", "complaint"), BROKEN.values(), ids=BROKEN)
def test_a_broken_entry_is_refused(tmp_path: Path, change: dict[str, Any], complaint: str) -> None:
    path = tmp_path / "delays.json"
    write_calibrations(path, [found(ranges())])
    body = json.loads(path.read_text())
    body["calibrations"][0] |= change
    path.write_text(json.dumps(body))
    with pytest.raises(CalibrationError, match=complaint):
        read_calibrations(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": "digital-key-rig antenna delay 1"}',
        '{"format": "digital-key-rig antenna delay 2", "calibrations": []}',
        '{"format": "digital-key-rig antenna delay 1", "calibrations": {}}',
        '{"format": "digital-key-rig antenna delay 1", "calibrations": [7]}',
        '{"format": "digital-key-rig antenna delay 1", "calibrations": [], "more": 1}',
        '{"format": "digital-key-rig antenna delay 1", "calibrations": [{"offset_m": NaN}]}',
    ],
)
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "delays.json"
    path.write_text(text)
    with pytest.raises(CalibrationError, match=r"delays\.json"):
        read_calibrations(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"delays\.json"):
        read_calibrations(tmp_path / "delays.json")
