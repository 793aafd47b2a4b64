"""Antenna delay: what an anchor measures too much, found at a reference distance.

A calibration belongs to one kit, by its identity. It is kept in a JSON file that is read strictly:
a wrong offset would move every range by decimetres and nobody would see it.
"""

from __future__ import annotations

import datetime
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from drivers.api.device import Identity
from rig.measure.errors import CalibrationError
from rig.measure.ranging import count_outliers, robust_deviation
from rig.records.run import CalibrationRecord

FORMAT = "digital-key-rig antenna delay 1"
FEWEST = 30  # ranges
MOST_SPREAD_M = 0.15  # robust; more is no line of sight, or the phone moved
MOST_OUTLIERS = 0.1
_TYPES: dict[str, type] = {
    "anchor": str,
    "kit": str,
    "offset_m": float,
    "uncertainty_m": float,
    "samples": int,
    "reference_m": float,
    "date": str,
    "operator": str,
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A true distance, and how well it is known (standard uncertainty)."""

    distance_m: float
    uncertainty_m: float


def kit_of(identity: Identity) -> str:
    """By what a calibration knows its kit: make, model and serial number, as the kit says them."""
    serial = f"serial {identity.serial}" if identity.serial else ""
    return " ".join(filter(None, (identity.make, identity.model, serial)))


def calibrate(
    ranges_m: Sequence[float],
    *,
    anchor: str,
    kit: str,
    reference: Reference,
    date: str,
    operator: str,
) -> CalibrationRecord:
    """The offset of an anchor from ranges at a known distance, in line of sight.

    It is the ranges' median less the distance. Its standard uncertainty joins that of the median
    (1.2533 sigma over the root of n) and the reference's. Raises CalibrationError for too few
    ranges, for scattered ones, and for fields that say nothing.
    """
    if len(ranges_m) < FEWEST:
        raise CalibrationError(f"{anchor}: {len(ranges_m)} ranges, not {FEWEST} or more")
    ordered = sorted(ranges_m)
    middle_m = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    sigma_m, _ = robust_deviation(ranges_m)
    strays = count_outliers([range_m - middle_m for range_m in ranges_m], sigma_m)
    if sigma_m > MOST_SPREAD_M or strays > MOST_OUTLIERS * len(ranges_m):
        raise CalibrationError(
            f"{anchor}: the ranges scatter by {sigma_m:.3f} m with {strays} outliers of "
            f"{len(ranges_m)}; is the path clear and the phone at rest?"
        )
    own_m = 1.2533 * sigma_m / math.sqrt(len(ranges_m))
    found = CalibrationRecord(
        anchor=anchor,
        kit=kit,
        offset_m=middle_m - reference.distance_m,
        uncertainty_m=math.hypot(own_m, reference.uncertainty_m),
        samples=len(ranges_m),
        reference_m=reference.distance_m,
        date=date,
        operator=operator,
    )
    _check(found, anchor)
    return found


def corrected(range_m: float, calibration: CalibrationRecord | None) -> float:
    """A range without the antenna delay; as it is where there is no calibration."""
    return range_m if calibration is None else range_m - calibration.offset_m


def calibration_for(
    known: Mapping[str, CalibrationRecord], anchor: str, kit: str
) -> CalibrationRecord | None:
    """The calibration of an anchor; None for none. Raises CalibrationError for another kit's."""
    found = known.get(anchor)
    if found is not None and found.kit != kit:
        raise CalibrationError(f"{anchor} is {kit}, and its calibration is of {found.kit}")
    return found


def write_calibrations(path: Path, calibrations: Sequence[CalibrationRecord]) -> None:
    """Write the file anew, as a whole or not at all. Raises CalibrationError for two of one anchor.

    Raises OSError where it cannot be written.
    """
    body = {"format": FORMAT, "calibrations": [asdict(c) for c in calibrations]}
    _by_anchor(calibrations, path.name)
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def read_calibrations(path: Path) -> dict[str, CalibrationRecord]:
    """The file by anchor. Raises CalibrationError, which says where and what is wrong."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except (OSError, ValueError) as exc:
        raise CalibrationError(f"{path.name}: {exc}") from exc
    if not isinstance(body, dict) or body.keys() != {"format", "calibrations"}:
        raise CalibrationError(f"{path.name}: wanted format and calibrations, and nothing else")
    if body["format"] != FORMAT or not isinstance(body["calibrations"], list):
        raise CalibrationError(f"{path.name}: wanted format {FORMAT!r} and a list")
    entries = enumerate(body["calibrations"], 1)
    return _by_anchor([_entry(each, f"{path.name}, entry {n}") for n, each in entries], path.name)


def _entry(body: Any, where: str) -> CalibrationRecord:
    if not isinstance(body, dict) or body.keys() != _TYPES.keys():
        raise CalibrationError(f"{where}: wanted {', '.join(_TYPES)}, and nothing else")
    for name, kind in _TYPES.items():
        value = body[name]
        if kind is float and type(value) is int:
            body[name] = float(value)
        elif type(value) is not kind:
            raise CalibrationError(f"{where}: {name} is {value!r}, no {kind.__name__}")
    found = CalibrationRecord(**body)
    _check(found, where)
    return found


def _check(calibration: CalibrationRecord, where: str) -> None:
    numbers = [getattr(calibration, f.name) for f in fields(calibration) if f.type == "float"]
    if not all(map(math.isfinite, numbers)):
        raise CalibrationError(f"{where}: a number is not finite")
    if calibration.reference_m <= 0 or calibration.uncertainty_m < 0:
        raise CalibrationError(f"{where}: a distance or uncertainty is below zero")
    if calibration.samples < FEWEST:
        raise CalibrationError(f"{where}: {calibration.samples} ranges, not {FEWEST} or more")
    if not (calibration.anchor and calibration.kit and calibration.operator.strip()):
        raise CalibrationError(f"{where}: anchor, kit and operator have to be named")
    try:
        datetime.date.fromisoformat(calibration.date)
    except ValueError as exc:
        raise CalibrationError(f"{where}: date {calibration.date!r} is none") from exc


def _by_anchor(
    calibrations: Sequence[CalibrationRecord], where: str
) -> dict[str, CalibrationRecord]:
    found: dict[str, CalibrationRecord] = {}
    for each in calibrations:
        if each.anchor in found:
            raise CalibrationError(f"{where}: {each.anchor} is calibrated twice")
        found[each.anchor] = each
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")
