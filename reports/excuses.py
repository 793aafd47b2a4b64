"""Deviations, waivers, quarantine and repeated tests: what somebody answers for, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.language import _
from reports.standing import Standing, stand_attempts
from reports.trials import Trial
from rig.records.excuses import WAIVER, Quarantine, WaiverRecord, day_of, is_about
from rig.records.journal import Run
from rig.records.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Granted:
    """A waiver or deviation, whether it counted on the day of the run, and for which tests."""

    record: WaiverRecord
    in_force: bool
    trials: tuple[Trial, ...]  # of a waiver: those that failed; of a deviation: all it is about

    @property
    def state(self) -> str:
        """In force, or why not."""
        return _("in force") if self.in_force else _("not in force on the day of the run")


@dataclass(frozen=True, slots=True)
class Held:
    """A test in quarantine, and how it would stand without."""

    record: Quarantine
    in_force: bool
    trial: Trial
    otherwise: Standing

    @property
    def state(self) -> str:
        """In force, or why not."""
        return _("in force") if self.in_force else _("expired: the test counts")


@dataclass(frozen=True, slots=True)
class Excused:
    """The chapter. ``repeated`` are the tests that broke the rig and were run again."""

    waivers: tuple[Granted, ...]
    deviations: tuple[Granted, ...]
    quarantine: tuple[Held, ...]
    repeated: tuple[Trial, ...]

    def __bool__(self) -> bool:
        return bool(self.waivers or self.deviations or self.quarantine or self.repeated)


def list_excused(run: Run, trials: Sequence[Trial]) -> Excused:
    """Everything of a run that is not as plain as its verdicts."""
    day = day_of(run.started.started_utc)
    granted = [_granted(record, trials, day) for record in run.started.waivers]
    return Excused(
        waivers=tuple(one for one in granted if one.record.kind == WAIVER),
        deviations=tuple(one for one in granted if one.record.kind != WAIVER),
        quarantine=tuple(
            _held(record, trial, day)
            for record in run.started.quarantine
            for trial in trials
            if is_about(record.test, trial.test)
        ),
        repeated=tuple(t for t in trials if len(t.attempts) > 1 or max(t.begun, default=1) > 1),
    )


def _granted(record: WaiverRecord, trials: Sequence[Trial], day: str) -> Granted:
    about = [t for t in trials if _concerns(record, t)]
    if record.kind == WAIVER:
        about = [t for t in about if t.last is not None and t.last.verdict is Verdict.FAIL]
    return Granted(record, record.is_in_force(day), tuple(about))


def _concerns(record: WaiverRecord, trial: Trial) -> bool:
    return is_about(record.test, trial.test) or record.requirement in trial.requirements


def _held(record: Quarantine, trial: Trial, day: str) -> Held:
    otherwise = stand_attempts(trial.attempts, under_way=trial.under_way is not None)
    return Held(record, record.is_in_force(day), trial, otherwise)
