"""The tests of a run with all their attempts, in the order of the plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.standing import Standing, stand_excused
from rig.records.excuses import Excuses, day_of
from rig.records.journal import Run
from rig.records.run import Result, TestStarted


@dataclass(slots=True)
class Trial:
    """One test: selected, begun or finished. ``number`` counts from 1 and is its anchor."""

    test: str
    number: int
    requirements: dict[str, None] = field(default_factory=dict)  # a set that keeps its order
    begun: list[int] = field(default_factory=list)
    attempts: list[Result] = field(default_factory=list)
    standing: Standing = Standing.NOT_RUN

    @property
    def under_way(self) -> int | None:
        """The attempt that began and left no result, if there is one."""
        ended = {r.attempt for r in self.attempts}
        return next((a for a in reversed(self.begun) if a not in ended), None)

    @property
    def last(self) -> Result | None:
        """The attempt that decides."""
        return self.attempts[-1] if self.attempts else None

    @property
    def is_plain(self) -> bool:
        """Whether its first attempt ended it and left nothing to say, as most do."""
        last = self.last
        return (
            last is not None
            and len(self.attempts) == last.attempt == 1
            and self.under_way is None
            and not (last.reason or last.observations)
        )

    @property
    def reason(self) -> str:
        """Why it did not simply pass, as the journal has it."""
        return self.last.reason if self.last else ""


def list_trials(run: Run) -> tuple[Trial, ...]:
    """Every test that the plan selected or the journal mentions, each once."""
    trials: dict[str, Trial] = {}
    for test in run.started.selected:
        _trial(trials, test)
    for begun in run.begun:
        _trial(trials, begun.test, begun).begun.append(begun.attempt)
    for result in run.results:
        _trial(trials, result.test, result).attempts.append(result)
    started = run.started
    excuses = Excuses(started.waivers, started.quarantine, day_of(started.started_utc))
    for trial in trials.values():
        trial.standing = stand_excused(
            trial.attempts,
            under_way=trial.under_way is not None,
            waived=excuses.waives(trial.test, trial.requirements),
            quarantined=excuses.quarantines(trial.test),
        )
    return tuple(trials.values())


def _trial(
    trials: dict[str, Trial], test: str, source: TestStarted | Result | None = None
) -> Trial:
    trial = trials.get(test)
    if trial is None:
        trial = trials[test] = Trial(test, len(trials) + 1)
    if source is not None:
        trial.requirements.update(dict.fromkeys(source.requirements))
    return trial
