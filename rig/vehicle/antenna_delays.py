"""What each anchor measures too much, taken off what it reports: the one place that does so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from drivers.api.uwb import Measurement, RangeStatus, RangingAnchor
from rig.measure.calibration import calibration_for, corrected, kit_of, read_calibrations
from rig.measure.errors import CalibrationError
from rig.records.run import CalibrationRecord, SettingRecord

_MEASURED = (RangeStatus.OK, RangeStatus.NEGATIVE)


@dataclass(frozen=True, slots=True)
class AntennaDelays:
    """By anchor: what is taken off its ranges, or why nothing is."""

    applied: Mapping[str, CalibrationRecord]
    unknown: Mapping[str, str]

    def records(self) -> tuple[SettingRecord, ...]:
        """The assumption about each anchor of which nothing is taken off."""
        return tuple(
            SettingRecord(
                f"passive: antenna delay of {name}",
                "not taken off",
                "gap",
                f"Its ranges count as the kit tells them: {why}.",
            )
            for name, why in self.unknown.items()
        )


def antenna_delays(path: Path | None, anchors: Mapping[str, RangingAnchor]) -> AntennaDelays:
    """Those of the file, where they were found on the very kit that is there now.

    Raises CalibrationError for a file that cannot be read.
    """
    known = {} if path is None else read_calibrations(path)
    where = "the bench file names no calibrations" if path is None else f"{path.name} has no entry"
    applied: dict[str, CalibrationRecord] = {}
    unknown: dict[str, str] = {}
    for name, anchor in anchors.items():
        try:
            found = calibration_for(known, name, kit_of(anchor.identity()))
        except CalibrationError as exc:
            unknown[name] = str(exc)
        else:
            if found is None:
                unknown[name] = where
            else:
                applied[name] = found
    return AntennaDelays(applied, unknown)


def without_delay(measured: Measurement, calibration: CalibrationRecord | None) -> Measurement:
    """A measurement without the antenna delay, and with the status that is right then."""
    if calibration is None or measured.distance_m is None:
        return measured
    distance_m = corrected(measured.distance_m, calibration)
    status = measured.status
    if status in _MEASURED:
        status = RangeStatus.NEGATIVE if distance_m < 0 else RangeStatus.OK
    return replace(measured, distance_m=distance_m, status=status)
