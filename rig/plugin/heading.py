"""The first record of a run: everything the report says besides results."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from rig.bench.build import Bench
from rig.plugin.assignment import Assignment
from rig.plugin.readings import reading_records
from rig.records.run import SCHEMA, RunStarted

if TYPE_CHECKING:  # the vehicle is imported only for tests that drive it
    from rig.vehicle.car import Car

_LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"


def run_started(
    assignment: Assignment, bench: Bench, car: Car | None, tests: Sequence[str], command_line: str
) -> RunStarted:
    """The head of the journal, taken when the bench is open and before any test begins."""
    plan = assignment.plan
    return RunStarted(
        run_id=assignment.folder.name,
        schema=SCHEMA,
        bench=bench.description.name,
        plan=plan.name,
        plan_title=plan.title,
        started_utc=datetime.now(UTC).isoformat(),
        simulated=bench.simulated,
        substitutions=bench.substitutions,
        rig_version=rig_version(),
        python=platform.python_version(),
        system=platform.platform(),
        command_line=command_line,
        bench_sha256=bench.description.sha256,
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
        remarks=bench.remarks,
        continues=tuple(run.started.run_id for run in assignment.continues),
        unjudged={i: str(reason) for i, reason in assignment.catalogue.unjudged.items()},
    )


def rig_version() -> str:
    """The rig's version; "unknown" when it runs from a tree that was never installed."""
    try:
        return metadata.version("digital-key-rig")
    except metadata.PackageNotFoundError:
        return "unknown"
