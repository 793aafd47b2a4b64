"""What a run is to do: read from the options and checked, before anything is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rig.bench.description import BenchDescription
from rig.bench.errors import BenchFileError
from rig.bench.load import bench_files, find_bench, load_bench
from rig.plans.catalogue import Catalogue
from rig.plans.errors import PlansError
from rig.plans.excuses import load_quarantine, load_waivers
from rig.plans.load import find_plan, load_catalogue
from rig.plans.plan import Location, Plan, locate, paths_of
from rig.plugin.preflight import check_provisioning
from rig.plugin.readings import check_readings
from rig.records.codec import RecordError
from rig.records.excuses import Quarantine, WaiverRecord
from rig.records.journal import JOURNAL, Run, read_run
from rig.vehicle.passive.settings import passive_settings

_CHECKS = {"readings": check_readings, "passive": passive_settings}


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one run is to do: read and checked, nothing opened."""

    plan: Plan
    locations: tuple[Location, ...]  # of the plan's tests; empty when tests were named by hand
    narrowed: bool  # the command line named tests besides: entries of the plan may stay empty
    bench: BenchDescription
    catalogue: Catalogue
    folder: Path
    own_folder: bool = False  # nobody named it: it is one of ./runs
    customer: str = ""  # of this run, in the place of the bench file's
    order: str = ""
    waivers: Mapping[WaiverRecord, str] = field(default_factory=dict)  # with file and line
    quarantine: Mapping[Quarantine, str] = field(default_factory=dict)  # also of other plans' tests
    accepts_waivers: bool = False  # a waived failure does not count in the exit status
    continues: tuple[Run, ...] = ()  # runs that were cut off, whose results stand

    @property
    def settled(self) -> frozenset[str]:
        """The tests that need not run again."""
        return frozenset().union(*(run.settled for run in self.continues))


def assign(config: pytest.Config) -> Assignment:
    """Read plan, bench and catalogue; what is wrong with them is a UsageError."""
    try:
        return _assignment(config)
    except (BenchFileError, PlansError) as exc:
        raise pytest.UsageError(str(exc)) from exc


def _assignment(config: pytest.Config) -> Assignment:
    if not (bench_text := config.getoption("rig_bench")):
        known = ", ".join(sorted(bench_files()))
        raise pytest.UsageError(f"a plan runs on a bench: pass --bench, a file or one of: {known}")
    by_hand = config.args_source is pytest.Config.ArgsSource.ARGS
    if plan_text := config.getoption("rig_plan"):
        plan = find_plan(plan_text, _CHECKS)
    elif by_hand:
        plan = Plan(name="by-hand", title=f"By hand: {' '.join(config.args)}")
    else:
        raise pytest.UsageError("nothing to run: pass --plan, or name tests")
    locations = locate(plan)
    bench = load_bench(find_bench(bench_text))
    check_provisioning(bench)
    catalogue = load_catalogue()
    return Assignment(
        plan=plan,
        locations=locations,
        narrowed=by_hand and config.args != paths_of(locations),
        bench=bench,
        catalogue=catalogue,
        folder=_run_folder(config.getoption("rig_run_dir"), f"{plan.name}-{bench.name}"),
        own_folder=config.getoption("rig_run_dir") is None,
        customer=config.getoption("rig_customer"),
        order=config.getoption("rig_order"),
        waivers=_waivers(config.getoption("rig_waivers"), plan, catalogue),
        quarantine=_quarantine(config.getoption("rig_quarantine")),
        accepts_waivers=bool(config.getoption("rig_accept_waivers")),
        continues=tuple(_cut_off(Path(run), plan) for run in config.getoption("rig_continues")),
    )


def _cut_off(folder: Path, plan: Plan) -> Run:
    """A run that is to be continued: under the same plan, or its results would not fit."""
    try:
        run = read_run(folder)
    except (OSError, RecordError) as exc:
        raise pytest.UsageError(f"--continues: {exc}") from exc
    if run.started.plan_sha256 != plan.sha256:
        raise pytest.UsageError(
            f"--continues: {folder} was begun under another plan, or the plan has changed since"
        )
    return run


def _waivers(named: str | None, plan: Plan, catalogue: Catalogue) -> dict[WaiverRecord, str]:
    """Those of the plan, and those of the command line."""
    files = [path for path in (plan.waivers, Path(named) if named else None) if path is not None]
    return {one: at for path in files for one, at in load_waivers(path, catalogue).items()}


def _quarantine(named: str | None) -> dict[Quarantine, str]:
    return load_quarantine(Path(named), datetime.now(UTC).date()) if named else {}


def _run_folder(chosen: str | None, about: str) -> Path:
    """The folder of this run, which holds no other run; it is made when the run begins."""
    if chosen is None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        folder, count = Path("runs", f"{stamp}-{about}"), 1
        while folder.exists():
            count += 1
            folder = Path("runs", f"{stamp}-{about}-{count}")
        return folder.absolute()
    folder = Path(chosen).absolute()
    if (folder / JOURNAL).exists():
        raise pytest.UsageError(f"--run-dir: {chosen} already holds a run")
    return folder
