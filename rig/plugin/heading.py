"""The first record of a run: everything the report says besides results."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from rig.bench.build import Bench
from rig.bench.description import BenchDescription
from rig.bench.laboratory import LaboratoryDescription
from rig.bench.vehicle import VehicleDescription
from rig.plugin import excuses
from rig.plugin.assignment import Assignment
from rig.plugin.identification import source, vehicle_facts, vin_redaction
from rig.plugin.issuing import issue
from rig.plugin.readings import reading_records
from rig.plugin.redaction import SERIALS, Redactor, mask_devices, redactions
from rig.records.run import SCHEMA, DeviceRecord, RunStarted

if TYPE_CHECKING:  # the vehicle is imported only for tests that drive it
    from rig.vehicle.car import Car

_LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"


def run_started(
    assignment: Assignment, bench: Bench, car: Car | None, tests: Sequence[str], command_line: str
) -> RunStarted:
    """The head of the journal, taken when the bench is open and before any test begins."""
    plan, description = assignment.plan, bench.description
    head = RunStarted(
        run_id=assignment.folder.name,
        schema=SCHEMA,
        bench=description.name,
        plan=plan.name,
        plan_title=plan.title,
        started_utc=datetime.now(UTC).isoformat(),
        simulated=bench.simulated,
        substitutions=bench.substitutions,
        rig_version=rig_version(),
        python=platform.python_version(),
        system=platform.platform(),
        command_line=command_line,
        bench_sha256=description.sha256,
        plan_sha256=plan.sha256,
        lock_sha256=hashlib.sha256(_LOCK.read_bytes()).hexdigest() if _LOCK.exists() else "",
        vehicle=car.facts() if car else {},
        devices=bench.records,
        settings=car.settings_records() if car else (),
        requirements=assignment.catalogue.to_records(),
        ambiguities={a.id: a.title for a in assignment.catalogue.ambiguities.values()},
        selected=tuple(tests),
        readings=reading_records(assignment.catalogue, plan.readings),
        calibrations=car.calibrations() if car else (),
        waivers=tuple(assignment.waivers),
        quarantine=excuses.concerning(assignment.quarantine, tests),
        remarks=bench.remarks,
        continues=tuple(run.started.run_id for run in assignment.continues),
        unjudged={i: str(reason) for i, reason in assignment.catalogue.unjudged.items()},
    )
    return _answered_for(head, assignment, description)


def _answered_for(head: RunStarted, assignment: Assignment, opened: BenchDescription) -> RunStarted:
    """The head with who made the run, where and with what, masked as they want it.

    They are the same people in the same place, whichever bench stands in for the one asked for.
    """
    laboratory, surroundings = assignment.bench.laboratory, assignment.bench.environment
    whole = replace(
        head,
        vehicle={**head.vehicle, **vehicle_facts(opened.vehicle, laboratory.secret)},
        issue=issue(assignment.folder, opened.name, begin=assignment.own_folder),
        laboratory=laboratory.record(customer=assignment.customer, order=assignment.order),
        equipment=opened.equipment,
        environment=surroundings.record() if surroundings else None,
        source=source(),
    )
    return _masked(whole, opened.vehicle, laboratory)


def redactor_of(laboratory: LaboratoryDescription, devices: Sequence[DeviceRecord]) -> Redactor:
    """What masks the texts of a run with these devices.

    A device that has no serial number but its name is still called by it.
    """
    if "serials" not in laboratory.masks:
        return Redactor()
    return Redactor({device.serial for device in devices} - {device.name for device in devices})


def _masked(
    head: RunStarted, vehicle: VehicleDescription, laboratory: LaboratoryDescription
) -> RunStarted:
    """The head without what the laboratory does not let be recorded, and with the list of it."""
    masked: dict[str, int] = {}
    if "serials" in laboratory.masks:
        redactor = redactor_of(laboratory, head.devices)
        remarks = tuple(map(redactor.clean, head.remarks))
        serials = sum(bool(device.serial) for device in head.devices)
        masked[SERIALS.kind] = serials + redactor.take().get(SERIALS.kind, 0)
        head = replace(head, devices=mask_devices(head.devices), remarks=remarks)
    return replace(head, redactions=redactions(vin_redaction(vehicle, laboratory.secret), masked))


def rig_version() -> str:
    """The rig's version; "unknown" when it runs from a tree that was never installed."""
    try:
        return metadata.version("digital-key-rig")
    except metadata.PackageNotFoundError:
        return "unknown"
