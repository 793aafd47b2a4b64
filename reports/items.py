"""What was tested and with what: phones, watches and cards; equipment and its calibrations.

A calibration holds for the whole run or not at all, so it is judged on the day of the last record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reports.language import _
from rig.records.journal import Run
from rig.records.laboratory import Calibration, EquipmentRecord, calibration_on, doubtful_on
from rig.records.run import DeviceRecord

_HELD = (
    "phone.",
    "watch.",
    "card.",
    "setup_card.",
    "sim.phone",
    "sim.watch",
    "sim.keycard",
    "sim.setup_card",
)
_RACK = "sim.phone_rack"  # holds phones, is none
_SOFTWARE = ("wallet", "app", "apps")
_DAY = 10  # characters of "2026-03-02"


@dataclass(frozen=True, slots=True)
class Holder:
    """Something with a key; "" where neither device nor bench file say it."""

    device: DeviceRecord
    system: str
    software: str  # wallet and apps with their versions
    role: str
    antenna: str


@dataclass(frozen=True, slots=True)
class Equipment:
    """A device of the bench. ``stated`` is None where no calibration is."""

    device: DeviceRecord
    stated: EquipmentRecord | None
    calibration: Calibration | None

    @property
    def words(self) -> str:
        """How its calibration stands."""
        if self.calibration is Calibration.OVERDUE:
            return _("overdue")
        if self.calibration is Calibration.NOT_YET:
            return _("dated after the run")
        if self.calibration is Calibration.VALID:
            return _("valid")
        return _("none needed: virtual") if self.device.simulated else _("not recorded")

    @property
    def holds(self) -> bool:
        """Whether a verdict may rest on it."""
        return self.calibration in (None, Calibration.VALID)


@dataclass(frozen=True, slots=True)
class Items:
    """The devices of a run, in the order of its bench."""

    holders: tuple[Holder, ...]
    equipment: tuple[Equipment, ...]
    day: str  # on which calibrations are judged


def list_items(run: Run) -> Items:
    """Tell what was tested from what it was tested with."""
    day, devices = last_day(run), run.started.devices
    stated = {e.device: e for e in run.started.equipment}
    return Items(
        holders=tuple(_holder(device) for device in devices if _is_held(device)),
        equipment=tuple(_equipment(d, stated, day) for d in devices if not _is_held(d)),
        day=day,
    )


def doubt_calibrations(run: Run) -> Iterator[str]:
    """The stamps that take the verdict from a run on equipment whose calibration did not hold."""
    day = last_day(run)
    found = [calibration_on(day, e) for e in doubtful_on(day, run.started.equipment)]
    if Calibration.OVERDUE in found:
        yield _("CALIBRATION OVERDUE - no compliance verdict")
    if Calibration.NOT_YET in found:
        yield _("CALIBRATION DATED AFTER THE RUN - no compliance verdict")


def say_doubts(run: Run) -> Iterator[str]:
    """Each device whose calibration did not hold, with the day."""
    day = last_day(run)
    for stated in doubtful_on(day, run.started.equipment):
        if calibration_on(day, stated) is Calibration.OVERDUE:
            said, since = _("%(device)s: calibration overdue since %(day)s."), stated.due
        else:
            said = _("%(device)s: calibration dated %(day)s, after the run.")
            since = stated.calibrated
        yield said % {"device": stated.device, "day": since}


def last_day(run: Run) -> str:
    """The day of the last record of a run, UTC."""
    begun = [run.started.started_utc, *(r.started_utc for r in run.results[-1:])]
    return (run.finished.ended_utc if run.finished else begun[-1])[:_DAY]


def _is_held(device: DeviceRecord) -> bool:
    """Older journals do not say what a device is: its driver's name tells."""
    return bool(device.kind) or (device.driver.startswith(_HELD) and device.driver != _RACK)


def _holder(device: DeviceRecord) -> Holder:
    told = device.details
    versions = (f"{word} {told[word]}" for word in _SOFTWARE if told.get(word))
    return Holder(
        device=device,
        system=told.get("system", ""),
        software="; ".join(versions).removeprefix("apps "),
        role=told.get("key_role", ""),
        antenna=told.get("nfc_antenna", ""),
    )


def _equipment(device: DeviceRecord, stated: Mapping[str, EquipmentRecord], day: str) -> Equipment:
    found = stated.get(device.name)
    return Equipment(device, found, calibration_on(day, found) if found else None)
