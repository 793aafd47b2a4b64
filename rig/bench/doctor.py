"""Looks at each device of a bench by itself: is it there, who is it, is it well, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from drivers.api.device import Device, Finding, Identity
from drivers.api.errors import (
    CardLost,
    DeviceNotFound,
    DriverError,
    DriverUnavailable,
    FrameError,
    LinkLost,
    LinkTimeout,
)
from rig.bench.attempts import Attempt, attempts, close_all, described, failure_of
from rig.bench.build import unexpected
from rig.bench.description import BenchDescription, DeviceEntry
from rig.records.laboratory import Calibration, calibration_on, say_calibration

_ADVICE: dict[type[Exception], str] = {
    DriverUnavailable: "install what is missing, or use a bench without this device",
    DeviceNotFound: "check power, cable and the serial number or name in the bench file",
    CardLost: "put the card or phone back and try again",
    LinkLost: "unplug and plug it again; check the cable",
    LinkTimeout: "it is there but mute: switch it off and on again",
    FrameError: "it answers in another way than its driver expects: check make and firmware",
    DriverError: "see the manual of the device for this refusal",
}
_ANOTHER = "plug in the device that is meant, or correct expect in the bench file"
_CALIBRATE = "until it is calibrated, no run has a compliance verdict"
_FAULT = "this is a fault of the driver, not of the device: report it"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How one device is. ``problem`` is "" when it was found and could be examined to the end."""

    device: str
    driver: str
    found: bool
    identity: Identity = field(default_factory=Identity)
    findings: tuple[Finding, ...] = ()
    problem: str = ""
    advice: str = ""
    warnings: tuple[str, ...] = ()  # of a device that is well all the same

    @property
    def well(self) -> bool:
        """Whether there is nothing to do."""
        return self.found and not self.problem and all(f.ok for f in self.findings)


def examine(description: BenchDescription) -> Iterator[Diagnosis]:
    """Open each device in the order of the file, and say how it is as soon as that is known.

    The bench's fallback plays no part. No switch is set; one is opened and closed, which leaves
    it safe. A device that would not close is diagnosed a second time, at the end.
    """
    devices: dict[str, Device] = {}
    try:
        for attempt in attempts(description.devices, devices):
            yield _diagnosis(attempt)
    finally:
        failed = close_all(devices)
    for name, error in failed.items():
        driver = description.entry(name).driver
        yield _with_problem(Diagnosis(name, driver, found=True), error, "would not close: ")


def _diagnosis(attempt: Attempt) -> Diagnosis:
    name, driver = attempt.entry.name, attempt.entry.driver
    if attempt.device:
        return _examined(attempt.entry, attempt.device)
    absent = Diagnosis(name, driver, found=False)
    if attempt.error:
        told = _with_problem(absent, attempt.error)
        return replace(told, advice=f"{told.advice} (line {attempt.entry.line})")
    blocker = attempt.blocked_by
    problem = f"not examined because {blocker} failed"
    return replace(absent, problem=problem, advice=f"see {blocker}")


def _examined(entry: DeviceEntry, device: Device) -> Diagnosis:
    """Ask an open device who it is and let it test itself."""
    name, driver = entry.name, entry.driver
    identities: list[Identity] = []
    findings: list[Finding] = []
    error = failure_of(lambda: identities.append(device.identity()))
    error = error or failure_of(lambda: findings.extend(device.self_test()))
    identity = identities[0] if identities else Identity()
    warnings = _warnings(entry, datetime.now(UTC).date().isoformat())
    found = Diagnosis(name, driver, True, identity, tuple(findings), warnings=warnings)
    if error:
        return _with_problem(found, error)
    other = unexpected(entry, identity)
    return replace(found, problem=other, advice=_ANOTHER) if other else found


def _warnings(entry: DeviceEntry, day: str) -> tuple[str, ...]:
    """What takes nothing from the device, and the verdict from a run."""
    if entry.calibrated is None:
        return ()
    record = entry.calibrated.record(entry.name)
    if calibration_on(day, record) is Calibration.VALID:
        return ()
    return (f"calibration {say_calibration(day, record)}: {_CALIBRATE}",)


def _with_problem(diagnosis: Diagnosis, error: Exception, doing: str = "") -> Diagnosis:
    advice = next((_ADVICE[cls] for cls in type(error).__mro__ if cls in _ADVICE), _FAULT)
    text = described(error).removeprefix(f"{diagnosis.device}: ")
    return replace(diagnosis, problem=f"{doing}{text}", advice=advice)
