"""The gate: what a night came to, as one exit status with all its reasons.

The statuses are those of `rig run`: the device under test is judged first (1), then the rig (3),
then what could not be judged (4). What is the bench's fault never counts as the product's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from reports.history.quarantine import Quarantine
from reports.nightly.analysis import Analysis, Judged
from reports.nightly.night_runs import NightRuns, named
from reports.nightly.state import Gate, Night
from reports.regression.findings import Kind, Tier
from reports.wording import say_test, write_count
from rig.records.run import Result
from rig.records.verdict import Verdict

FINE, PRODUCT, RIG, UNJUDGED = 0, 1, 3, 4
BLOCKING = "P1"
_WORDS = {
    FINE: "fine",
    PRODUCT: "failures or regressions",
    RIG: "rig error",
    UNJUDGED: "inconclusive",
}


def say_status(status: int) -> str:
    """A gate's status in a word or two."""
    return _WORDS.get(status, f"status {status}")


@dataclass(frozen=True, slots=True)
class Held:
    """A test of tonight that is in quarantine, and whether that counts."""

    result: Result
    quarantine: Quarantine
    void: str  # why it gates all the same; "" while it does not


@dataclass(slots=True)
class _Reasons:
    """Reasons by status, and each with what it is called from night to night."""

    found: dict[int, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, status: int, problem: str, reason: str) -> None:
        self.found.setdefault(status, []).append(reason)
        self.problems.append(problem)


def held_tests(runs: NightRuns, quarantine: Sequence[Quarantine], tonight: date) -> list[Held]:
    """Which tests of the night are in quarantine, by test; never one of a P1 requirement."""
    first = {r.id for run in runs.runs for r in run.started.requirements if r.priority == BLOCKING}
    return [
        Held(result, one, _void(one, result, first, tonight))
        for test, result in sorted(runs.final.items())
        for one in quarantine
        if one.covers(test)
    ]


def _void(one: Quarantine, result: Result, first: set[str], tonight: date) -> str:
    if barred := sorted(first & set(result.requirements)):
        return f"{named(barred)} is of priority {BLOCKING}"
    return "" if one.holds(tonight) else f"it ended on {one.until}"


def decide(
    night: Night, runs: NightRuns, analysis: Analysis, held: Sequence[Held], broken: Sequence[str]
) -> Gate:
    """What the night came to. ``broken`` are steps that went wrong."""
    reasons = _Reasons()
    for reason in broken:
        reasons.add(RIG, f"broken: {reason}", reason)
    _add_bench(reasons, night)
    _add_runs(reasons, runs)
    excused = {one.result.test for one in held if not one.void}
    _add_results(reasons, [r for test, r in runs.final.items() if test not in excused])
    for judged in analysis.of(Tier.ALERT, worse=True):
        _add_regression(reasons, judged, analysis)
    for mistake in analysis.mistakes:
        reasons.add(RIG, f"not judged: {mistake}", f"not judged: {mistake}")
    status = next((s for s in (PRODUCT, RIG, UNJUDGED) if s in reasons.found), FINE)
    ordered = [reason for s in (PRODUCT, RIG, UNJUDGED) for reason in reasons.found.get(s, ())]
    return Gate(status, ordered, sorted(set(reasons.problems)))


def _add_bench(reasons: _Reasons, night: Night) -> None:
    if night.checks and night.checks[-1].status:
        said = night.checks[-1].said[-1:] or ["it says nothing"]
        reasons.add(RIG, "self-check", f"the bench's self-check is not fine: {said[0]}")


def _add_runs(reasons: _Reasons, runs: NightRuns) -> None:
    last = runs.entries[-1] if runs.entries else None
    if last is not None and last in runs.silent and last.status is not None:
        said = f"run {last.name} ended with {last.status} before its first test"
        reasons.add(RIG, "no run", said)
    if runs.is_broken:
        why = runs.runs[-1].finished
        reasons.add(RIG, "run broke", f"the run broke off: {why.reason if why else ''}")
    elif runs.crashes and runs.missing:
        said = f"the run died {write_count(runs.crashes, 'time')}"
        reasons.add(RIG, "run died", f"{said}, the last time before {runs.missing[0]}")
    if runs.missing:
        count = write_count(len(runs.missing), "test")
        reasons.add(RIG, "missing", f"{count} without a result: {named(runs.missing)}")


def _add_results(reasons: _Reasons, results: Sequence[Result]) -> None:
    gating = {Verdict.FAIL: PRODUCT, Verdict.ERROR: RIG, Verdict.INCONCLUSIVE: UNJUDGED}
    for result in results:
        if result.verdict in gating:
            said = f"{result.verdict}: {say_test(result.test)}"
            said += f": {result.reason}" if result.reason else ""
            reasons.add(gating[result.verdict], f"{result.verdict} {result.test}", said)


def _add_regression(reasons: _Reasons, judged: Judged, analysis: Analysis) -> None:
    """An alert for the worse. Where the golden device moved too, whose it is cannot be said."""
    finding = judged.finding
    problem = f"regression {judged.named.handle} {finding.kind.value}"
    said = f"{finding.key.metric}: {finding.kind.value} {finding.shift} since {finding.since}"
    if judged.is_suspect:
        reasons.add(RIG, problem, f"the golden device itself has changed, so the bench has: {said}")
    elif finding.kind is Kind.LEVEL and analysis.moved_with_the_bench(judged):
        reasons.add(RIG, problem, f"changed with the bench, so it is no regression yet: {said}")
    else:
        reasons.add(PRODUCT, problem, f"regression: {said}")
