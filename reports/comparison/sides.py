"""Both runs side by side: what they were of, and where they were not of the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reports.coverage import Coverage, match_coverage
from reports.errors import ReportError
from reports.language import _
from reports.summary import list_stamps
from reports.trials import Trial, list_trials
from reports.wording import write_moment
from rig.records.codec import RecordError
from rig.records.journal import Run, read_run
from rig.records.run import DeviceRecord


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs, read as its own report reads it."""

    run: Run
    trials: tuple[Trial, ...]
    coverage: Coverage

    @property
    def stamps(self) -> list[str]:
        """What stands on every page of it."""
        return list_stamps(self.run, self.trials)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing in both runs; "" where a run does not have it.

    ``own`` is what every run has for itself: no two need agree in it.
    """

    name: str
    before: str
    after: str
    own: bool = False

    @property
    def differs(self) -> bool:
        """Whether the runs do not agree where they might."""
        return self.before != self.after and not self.own


def read_side(folder: Path) -> Side:
    """Raises ReportError for a folder that is no run."""
    try:
        run = read_run(folder)
    except RecordError as exc:
        raise ReportError(f"{folder} is not a readable run: {exc}") from exc
    except OSError as exc:
        raise ReportError(f"{folder} cannot be read: {exc}") from exc
    trials = list_trials(run)
    started = run.started
    return Side(run, trials, match_coverage(started.requirements, trials, started.unjudged))


def identify(before: Side, after: Side) -> tuple[Fact, ...]:
    """What the runs were of, all of it: plan, software, hashes, vehicle, bench."""
    found = []
    for facts, own in ((_own, True), (_identity, False)):
        pairs = zip(facts(before), facts(after), strict=True)
        found += [Fact(name, old, new, own) for (name, old), (_name, new) in pairs]
    return (*found, *_merged(before.run.started.vehicle, after.run.started.vehicle))


def _own(side: Side) -> Iterator[tuple[str, str]]:
    end = side.run.finished
    yield _("Run"), side.run.started.run_id
    yield _("Performed"), write_moment(side.run.started.started_utc)
    yield _("Ended"), write_moment(end.ended_utc) if end else _("no recorded end")


def _identity(side: Side) -> Iterator[tuple[str, str]]:
    run = side.run.started
    end = side.run.finished
    yield _("Plan"), f"{run.plan} {run.plan_title}".strip()
    yield _("Bench"), run.bench
    yield _("Recorded verdict"), end.verdict.value if end and end.verdict else _("not recorded")
    yield _("Simulated"), _("yes") if run.simulated else _("no")
    yield _("Rig"), run.rig_version
    yield _("Plan, SHA-256"), run.plan_sha256
    yield _("Bench file, SHA-256"), run.bench_sha256
    yield _("Dependency lock, SHA-256"), run.lock_sha256
    yield _("Python and system"), f"{run.python}, {run.system}"
    yield _("Command line"), run.command_line


def compare_devices(before: Side, after: Side) -> tuple[Fact, ...]:
    """Every device of either bench, by its name there."""
    return _merged(_devices(before), _devices(after))


def compare_settings(before: Side, after: Side) -> tuple[Fact, ...]:
    """Assumed settings and readings of open matters that are not the same."""
    found = _merged(_settings(before), _settings(after))
    return tuple(fact for fact in found if fact.differs)


def _devices(side: Side) -> dict[str, str]:
    return {device.name: _describe(device) for device in side.run.started.devices}


def _describe(device: DeviceRecord) -> str:
    parts = [device.driver, device.make, device.model, device.serial]
    if device.firmware:
        parts.append(_("firmware %(version)s") % {"version": device.firmware})
    if device.simulated:
        parts.append(_("virtual"))
    return ", ".join(filter(None, parts))


def _settings(side: Side) -> dict[str, str]:
    started = side.run.started
    found = {setting.name: f"{setting.value} ({setting.mark})" for setting in started.settings}
    chosen = (reading for reading in started.readings if reading.name)
    return {**found, **{reading.name: reading.chosen for reading in chosen}}


def _merged(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Fact, ...]:
    names = dict.fromkeys([*before, *after])
    return tuple(Fact(name, before.get(name, ""), after.get(name, "")) for name in names)
