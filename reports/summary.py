"""The first screen: what may be said of the run, what blocks, and what stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.coverage import Coverage
from reports.evidence import Gallery
from reports.standing import Standing, stand_together
from reports.trials import Trial
from reports.wording import say_test, write_count
from rig.records.journal import Run
from rig.records.verdict import worst

SHOWN = 6  # lines per list on the first screen
_OPEN = (
    Standing.WAIVED,
    Standing.ERROR,
    Standing.INCONCLUSIVE,
    Standing.CONDITIONAL_PASS,
    Standing.QUARANTINED,
    Standing.UNFINISHED,
    Standing.NOT_RUN,
    Standing.RETRIED,
)


@dataclass(frozen=True, slots=True)
class Blocking:
    """A failed test with the most urgent priority among its requirements."""

    trial: Trial
    priority: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a reader sees first. ``standing`` is None where there is no compliance verdict."""

    stamps: tuple[str, ...]
    standing: Standing | None
    sentence: str
    tests: dict[Standing, int]
    requirements: dict[Standing, int]
    blocking: tuple[Blocking, ...]
    open_points: tuple[str, ...]


def summarize(run: Run, trials: Sequence[Trial], coverage: Coverage, gallery: Gallery) -> Summary:
    """Draw the first screen together."""
    gaps = _gaps(run, trials)
    stamps = [*list_stamps(run, trials), *_doubts(gallery)]
    tests = Counter(t.standing for t in trials)
    judged = _recorded(run, trials)
    return Summary(
        stamps=tuple(stamps),
        standing=None if stamps else judged,
        sentence=_sentence(run, judged, incomplete=bool(gaps), doubtful=bool(gallery.unmatched)),
        tests=_in_order(tests),
        requirements=_in_order(Counter(c.standing for c in coverage.covered)),
        blocking=_blocking(trials, coverage),
        open_points=tuple(_open_points(run, trials, coverage, gaps)),
    )


def list_stamps(run: Run, trials: Sequence[Trial]) -> list[str]:
    """What must be said on every page of a run, as far as its journal tells."""
    stamps = []
    if run.started.simulated:
        stamps.append("SIMULATED - no compliance verdict")
    if gaps := _gaps(run, trials):
        stamps.append(f"INCOMPLETE - {gaps[0]}")
    return stamps


def _doubts(gallery: Gallery) -> Iterator[str]:
    """Where trace and results differ, nobody can say what the results stand on."""
    if missing := gallery.missing:
        of = write_count(gallery.counted, "visit")
        are = "is" if missing == 1 else "are"
        yield f"EVIDENCE MISSING - {missing} of {of} {are} not in the trace"
    if surplus := gallery.surplus:
        more = write_count(surplus, "visit")
        yield f"EVIDENCE DOUBTFUL - the trace holds {more} more than the results count"


def _in_order(counts: Counter[Standing]) -> dict[Standing, int]:
    return {s: counts[s] for s in Standing if counts[s]}


def _recorded(run: Run, trials: Sequence[Trial]) -> Standing | None:
    """The verdict the run itself wrote down, and what stands behind it: a retry, a waiver, U."""
    if run.finished is None or run.finished.verdict is None:
        return None
    found = stand_together(s for t in trials if (s := t.standing).verdict is not None)
    return found if found.verdict is run.finished.verdict else Standing(run.finished.verdict.value)


def _gaps(run: Run, trials: Sequence[Trial]) -> list[str]:
    """Why this run is not whole; the test that was under way comes first."""
    gaps = [
        f'cut off during "{say_test(trial.test)}", attempt {trial.under_way}'
        for trial in trials
        if trial.under_way is not None
    ]
    if run.finished is None and not gaps:
        gaps.append("cut off between two tests")
    if missing := sum(t.standing is Standing.NOT_RUN for t in trials):
        gaps.append(f"{write_count(missing, 'selected test')} did not run")
    if run.finished is not None and gaps and run.finished.reason:
        gaps.insert(0, run.finished.reason)
    return gaps


def _sentence(run: Run, judged: Standing | None, *, incomplete: bool, doubtful: bool) -> str:
    if judged is None:
        told = "nothing was judged" if run.finished else "the run has no recorded end"
    else:
        told = f"the tests ended with: {judged.value}"
    if run.started.simulated:
        return f"At least one device was virtual, so nothing is said of a product; {told}."
    if incomplete:
        return f"Not every selected test has a result; {told}."
    if doubtful:
        return f"The trace does not hold what the results count; {told}."
    if judged is None:
        return f"{told.capitalize()}."
    return "Decided by the worst verdict over all tests of the plan."


def _blocking(trials: Sequence[Trial], coverage: Coverage) -> tuple[Blocking, ...]:
    priority = {c.requirement.id: c.requirement.priority for c in coverage.covered}
    found = [
        Blocking(t, min((priority[r] for r in t.requirements if r in priority), default=""))
        for t in trials
        if t.standing in (Standing.FAIL, Standing.CONDITIONAL_FAIL)
    ]
    return tuple(sorted(found, key=lambda b: (not b.priority, b.priority)))  # stable: plan order


def _open_points(
    run: Run, trials: Sequence[Trial], coverage: Coverage, gaps: Sequence[str]
) -> Iterator[str]:
    yield from (f"Incomplete: {gap}." for gap in gaps[1:])
    tests = Counter(t.standing for t in trials)
    for standing in _OPEN:
        if tests[standing]:
            yield f"{write_count(tests[standing], 'test')}: {standing.value}."
    if coverage.unknown:
        yield f"Requirement ids unknown to the catalogue: {', '.join(coverage.unknown)}."
    if coverage.unbound:
        yield f"{write_count(len(coverage.unbound), 'test')} without a requirement."
    if urgent := sum(r.priority == "P1" for r in coverage.uncovered):
        yield f"{write_count(urgent, 'P1 requirement')} of the catalogue not covered by this plan."
    if coverage.unjudged:
        yield f"{write_count(len(coverage.unjudged), 'requirement')} that no test can judge today."
    if marked := sum(s.mark != "sourced" for s in run.started.settings):
        yield f"{write_count(marked, 'protocol setting')} assumed, not sourced."
    yield from _disagreement(run, trials)


def _disagreement(run: Run, trials: Sequence[Trial]) -> Iterator[str]:
    """The journal's closing verdict is shown as it is, and doubted aloud when results differ."""
    idle = {t.test for t in trials if t.standing is Standing.QUARANTINED}
    last = {r.test: r.verdict for r in run.results if r.test not in idle}
    if run.finished is None or run.finished.verdict is None or not last:
        return
    found = worst(last.values())
    if found is not run.finished.verdict:
        recorded = run.finished.verdict.value
        yield f"The run recorded {recorded}; its last attempts add up to {found.value}."
