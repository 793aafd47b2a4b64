"""The runs of one night, read from their journals: what is settled, what is missing, what is next.

A run that was cut off is not begun anew: its results stand, and another run of the same night does
the tests that have none. So each test has one result a night, and the history shows both runs,
the first one as INCOMPLETE.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from reports.nightly.errors import NightError
from reports.nightly.state import RunEntry
from rig.records.codec import RecordError
from rig.records.journal import JOURNAL, Run, read_run
from rig.records.run import Result

MOST_CRASHES = 2  # a run that died twice by itself will die again
_SIGNALLED = 128  # exit statuses above are of runs that a signal ended


class Next(Enum):
    """What a night does next."""

    RUN = auto()
    JUDGE = auto()


@dataclass(frozen=True, slots=True)
class NightRuns:
    """What the night's journals say. ``silent`` are runs that left none."""

    entries: tuple[RunEntry, ...]
    runs: tuple[Run, ...]
    silent: tuple[RunEntry, ...]
    crashes: int

    @property
    def selected(self) -> tuple[str, ...]:
        """All tests of the night, in the plan's order."""
        return tuple(dict.fromkeys(test for run in self.runs for test in run.started.selected))

    @property
    def settled(self) -> frozenset[str]:
        """Those that have a result."""
        return frozenset().union(*(run.settled for run in self.runs))

    @property
    def missing(self) -> tuple[str, ...]:
        """Those that have none."""
        return tuple(test for test in self.selected if test not in self.settled)

    @property
    def final(self) -> dict[str, Result]:
        """The last attempt of each settled test."""
        settled = self.settled
        found = {result.test: result for run in self.runs for result in run.results}
        return {test: result for test, result in found.items() if test in settled}

    @property
    def retried(self) -> frozenset[str]:
        """Tests that were tried more than once in one run."""
        return frozenset(r.test for run in self.runs for r in run.results if r.attempt > 1)

    @property
    def next(self) -> Next:
        """Whether a run is to be begun, for all tests or for those that are missing."""
        last = self.entries[-1] if self.entries else None
        if last is None:
            return Next.RUN
        if last in self.silent:
            return Next.JUDGE if last.status is not None else Next.RUN
        if self.is_broken or not self.missing or self.crashes >= MOST_CRASHES:
            return Next.JUDGE
        return Next.RUN

    @property
    def is_broken(self) -> bool:
        """Whether the last run ended by itself before its last test: the bench is to blame."""
        if not self.runs or not self.missing:
            return False
        finished = self.runs[-1].finished
        return finished is not None and finished.exit_status < _SIGNALLED


def read_runs(entries: Sequence[RunEntry], folder: Path) -> NightRuns:
    """Read the runs that a night has begun below a folder. NightError for what is no journal."""
    runs, silent, crashes = [], [], 0
    for entry in entries:
        if not _has_begun(folder / entry.name):
            silent.append(entry)
            continue
        try:
            run = read_run(folder / entry.name)
        except (OSError, RecordError) as exc:
            raise NightError(f"run {entry.name} cannot be read: {exc}") from exc
        runs.append(run)
        crashes += entry.status is not None and _died(run)
    return NightRuns(tuple(entries), tuple(runs), tuple(silent), crashes)


def _has_begun(folder: Path) -> bool:
    """Whether there is a whole first line: before that, nothing was tested."""
    try:
        with (folder / JOURNAL).open("rb") as file:
            return file.readline().endswith(b"\n")
    except OSError:
        return False


def _died(run: Run) -> bool:
    """Whether it came to no end of its own, though nobody cut the night off."""
    return run.finished is None or run.finished.exit_status >= _SIGNALLED


def named(tests: Iterable[str], most: int = 3) -> str:
    """A few tests by name, and how many more there are."""
    found = list(tests)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
