"""A night, step by step: self-check, plan, import, analysis, page, gate, notification.

Whatever cuts it off, at any moment, the next call finds out from state and journals how far it
came. An unfinished night of today goes on; one of an earlier day is closed with what it has, for
what would be measured now is of another night.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

from reports.errors import ReportError
from reports.history.bench_nights import bench_of, outcomes
from reports.history.errors import JournalRefused
from reports.history.importing import import_run
from reports.history.nights import night_of
from reports.history.quarantine import list_quarantine
from reports.history.store import History
from reports.nightly.analysis import Analysis, analyse
from reports.nightly.child import call_rig
from reports.nightly.errors import NightError
from reports.nightly.flaky import LAST_RUNS, Flaky, flaky_tests
from reports.nightly.gate import decide, held_tests
from reports.nightly.message import message_of
from reports.nightly.night_page import Facts, write_night_page
from reports.nightly.night_runs import Next, NightRuns, read_runs
from reports.nightly.state import Check, Night, RunEntry, folder_of, load_night, nights_of
from reports.nightly.turn import await_bench
from reports.page import PAGE, render_page
from reports.sealing.manifest import MANIFEST
from reports.sealing.options import environment_key
from reports.sealing.seal import write_sealed
from reports.trends.series import directions
from rig.bench.description import BenchDescription
from rig.plans.plan import Plan

CHECK_AT_MOST_S = 1800.0
_FLIPS_BACK = timedelta(days=90)
LOG = "night.log"


@dataclass(frozen=True, slots=True)
class Task:
    """What a call of the nightly is asked to do."""

    bench: BenchDescription
    plan: Plan
    history: History
    runs: Path  # where run folders are made
    nights: Path  # where the nights of all benches are
    zone: tzinfo = UTC
    golden: str = ""  # a device of the bench, by name
    figures: bool = False  # the self-check takes figures too
    hours: float = 12.0  # what one run may take
    echo: Callable[[str], None] = field(default=lambda _text: None)

    @property
    def folder(self) -> Path:
        """Where the nights of this plan on this bench are."""
        return folder_of(self.nights, self.bench.name, self.plan.name)


def unfinished_before(task: Task, tonight: date) -> list[Night]:
    """Nights of earlier days that no gate has judged, the oldest first."""
    found = [n for n in nights_of(task.folder) if not n.is_over and n.night < tonight]
    return found[::-1]


def tonight(task: Task, now: datetime) -> Night:
    """The night of now, as far as it has come; a new one is on the disk when this returns.

    NightError where it was begun on another bench of the same name.
    """
    day = night_of(now, task.zone)
    folder = task.folder / str(day)
    bench_file = str(task.bench.path.resolve())
    if (known := load_night(folder)) is not None:
        if known.bench_file != bench_file:
            said = f"was begun on {known.bench_file}, and this is another bench of that name"
            raise NightError(f"{folder}: the night {said}")
        return known
    night = Night(
        folder=folder,
        night=day,
        bench=task.bench.name,
        bench_file=bench_file,
        plan=task.plan.name,
        began_utc=now.isoformat(timespec="seconds"),
    )
    night.save()
    return night


def run_to_the_end(task: Task, night: Night) -> None:
    """Self-check and plan, until every test has its result or none is to be had."""
    while (runs := read_runs(night.runs, task.runs)).next is Next.RUN:
        await_bench(task.bench)
        if not _check(task, night):
            return
        _run(task, night, runs)


def _check(task: Task, night: Night) -> bool:
    """Whether the bench is well, before each run: what cut the last one off may have hurt it."""
    log = night.folder / "check.log"
    log.unlink(missing_ok=True)
    words = ["doctor", str(task.bench.path.resolve()), *(["--measure"] if task.figures else [])]
    status = call_rig(words, log, task.echo, at_most_s=CHECK_AT_MOST_S)
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    night.checks.append(Check(_now(), status, said))
    night.save()
    return status == 0


def _run(task: Task, night: Night, before: NightRuns) -> None:
    """One run of the plan; of what is missing, where a run was cut off."""
    entry = RunEntry(_free_name(task))
    night.runs.append(entry)
    night.save()  # first said, then done: no run of a night is ever forgotten
    folder = task.runs / entry.name
    words = ["run", str(task.plan.path), "--bench", str(task.bench.path.resolve())]
    words += ["--run-dir", str(folder.absolute())]
    for cut_off in before.runs:
        words += ["--continues", str(cut_off.folder.absolute())]
    try:
        status = call_rig(words, night.folder / LOG, task.echo, at_most_s=task.hours * 3600)
    except NightError as exc:
        night.remarks.append(str(exc))
        status = -1
    entry.status = status
    night.save()


def _free_name(task: Task) -> str:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    name, count = f"{stamp}-{task.plan.name}-{task.bench.name}", 1
    while (task.runs / name).exists():
        count += 1
        name = f"{stamp}-{task.plan.name}-{task.bench.name}-{count}"
    return name


def judge(task: Task, night: Night) -> None:
    """Import, analysis, page and gate; the night is over when this returns."""
    runs = read_runs(night.runs, task.runs)
    broken = [*night.remarks]
    for run in runs.runs:
        try:
            import_run(task.history, run.folder, night=night.night)
        except JournalRefused as exc:
            broken.append(str(exc))
        broken += _rendered(run.folder)
    analysis = _analysis(task, night, runs, broken)
    held = held_tests(runs, list_quarantine(task.history), night.night)
    gate = decide(night, runs, analysis, held, broken)
    flaky = _flaky(task, night, runs)
    facts = Facts(night, runs, gate, analysis, tuple(held), tuple(flaky), task.runs)
    write_night_page(facts)
    night.message = message_of(facts)
    night.gate, night.ended_utc = gate, _now()
    night.save()


def _rendered(folder: Path) -> list[str]:
    """A run that was killed has left no page and no manifest: make up for it."""
    if (folder / PAGE).exists() and (folder / MANIFEST).exists():
        return []
    try:
        page = render_page(folder).encode()
        write_sealed(folder, PAGE, page, environment_key(), datetime.now(UTC))
    except ReportError as exc:
        return [str(exc)]
    return []


def _analysis(task: Task, night: Night, runs: NightRuns, broken: list[str]) -> Analysis:
    if not runs.runs:
        return Analysis(())
    names = [run.folder.name for run in runs.runs]
    fixtures, golden = bench_of(task.history, names, task.golden)
    if task.golden and not golden:
        broken.append(f"the bench has no device {task.golden!r} to be golden")
    worse = directions(runs.final.values())
    return analyse(task.history, night.bench, fixtures, night.night, golden=golden, worse=worse)


def _flaky(task: Task, night: Night, runs: NightRuns) -> list[Flaky]:
    found = outcomes(task.history, runs.selected, LAST_RUNS, night.night - _FLIPS_BACK)
    return flaky_tests(found.values())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
