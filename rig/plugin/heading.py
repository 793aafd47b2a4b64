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
from rig.plugin import excuses
from rig.plugin.assignment import Assignment
from rig.plugin.identification import source, vehicle_facts, vin_redaction
from rig.plugin.issuing import issue
from rig.plugin.readings import reading_records
from rig.plugin.redaction import SERIALS, Redactor, mask_devices, redactions
from rig.records.run import SCHEMA, RunStarted

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
        vehicle={**(car.facts() if car else {}), **vehicle_facts(description)},
        devices=bench.records,
        settings=car.settings_records() if car else (),
        requirements=assignment.catalogue.to_records(),
        ambiguities={a.id: a.title for a in assignment.catalogue.ambiguities.values()},
        selected=tuple(tests),
        readings=reading_records(assignment.catalogue, plan.readings),
        calibrations=car.calibrations() if car else (),
        waivers=assignment.waivers,
        quarantine=excuses.concerning(assignment.quarantine, tests),
        remarks=bench.remarks,
        continues=tuple(run.started.run_id for run in assignment.continues),
        unjudged={i: str(reason) for i, reason in assignment.catalogue.unjudged.items()},
    )
    return _masked(_issued(head, assignment, description), description)


def _issued(head: RunStarted, assignment: Assignment, bench: BenchDescription) -> RunStarted:
    """The head with where, with what and by whom the run is made."""
    asked = assignment.bench.laboratory  # the same people, whichever bench stands in
    return replace(
        head,
        issue=issue(assignment.folder, bench.name, begin=assignment.own_folder),
        laboratory=asked.record(customer=assignment.customer, order=assignment.order),
        equipment=bench.equipment,
        environment=bench.environment.record() if bench.environment else None,
        source=source(),
    )


def redactor_of(bench: Bench) -> Redactor:
    """What masks the texts of a run on this bench."""
    masks_serials = "serials" in bench.description.laboratory.masks
    return Redactor(r.serial for r in bench.records if masks_serials)


def _masked(head: RunStarted, bench: BenchDescription) -> RunStarted:
    """The head without what this bench does not let be recorded, and with the list of it."""
    masked: dict[str, int] = {}
    if "serials" in bench.laboratory.masks:
        redactor = Redactor(device.serial for device in head.devices)
        remarks = tuple(map(redactor.clean, head.remarks))
        serials = sum(bool(device.serial) for device in head.devices)
        masked[SERIALS.kind] = serials + redactor.take().get(SERIALS.kind, 0)
        head = replace(head, devices=mask_devices(head.devices), remarks=remarks)
    return replace(head, redactions=redactions(vin_redaction(bench), masked))


def rig_version() -> str:
    """The rig's version; "unknown" when it runs from a tree that was never installed."""
    try:
        return metadata.version("digital-key-rig")
    except metadata.PackageNotFoundError:
        return "unknown"
