"""Which visits of the trace the page shows: read once, as a stream, keeping only those."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol, TypeVar

from reports.plots.waterfall import latency_ns
from reports.standing import Standing
from reports.trials import Trial
from rig.records.trace import PAIRED, UNLOCKED, VisitRecord
from rig.records.verdict import Verdict

FAILING_VISITS = 400  # visits of failing attempts on one page
PAIRING_VISITS = 400  # visits of the attempt with the pairing to follow
_OPEN_ALL = 6  # a failing attempt with no more visits than this is shown unfolded
_FAILING = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A visit on the page, unfolded or not."""

    visit: VisitRecord
    unfolded: bool


@dataclass(slots=True)
class Evidence:
    """The shown visits of one attempt, how many the trace holds, and how many there were."""

    trial: Trial
    attempt: int
    standing: Standing
    reason: str
    failing: bool
    counted: int | None  # by the attempt's result; None: it left none
    total: int = 0
    visits: list[VisitRecord] = field(default_factory=list)

    @property
    def followed(self) -> tuple[Shown, ...]:
        """The visits in order, unfolded as far as the first unlock after the pairing."""
        outcomes = [v.outcome for v in self.visits]
        paired = outcomes.index(PAIRED) if PAIRED in outcomes else 0
        unlocked = outcomes.index(UNLOCKED, paired) if UNLOCKED in outcomes[paired:] else None
        last = len(outcomes) if unlocked is None else unlocked
        return tuple(Shown(v, unfolded=at <= last) for at, v in enumerate(self.visits))

    @property
    def shown(self) -> tuple[Shown, ...]:
        """The visits, those unfolded that a reader wants first."""
        odd = _odd_ones(self.visits)
        return tuple(Shown(v, v.number in odd) for v in self.visits)


@dataclass(frozen=True, slots=True)
class Gallery:
    """All evidence of the page; ``left_out`` visits are in the files beside it alone.

    ``pairing`` is the attempt with the pairing to follow, and not among the failing ones.
    """

    pairing: Evidence | None
    failing: tuple[Evidence, ...]
    held: frozenset[int]  # numbers of the tests with a visit in the trace
    total: int
    counted: int  # by the results
    left_out: int
    strays: int  # visits of a test that the journal does not know
    unmatched: tuple[Evidence, ...]  # the trace holds another number than the result counts

    @property
    def missing(self) -> int:
        """Counted visits that are not in the trace."""
        return sum(max((e.counted or 0) - e.total, 0) for e in self.unmatched)

    @property
    def surplus(self) -> int:
        """Visits in the trace that no result counts."""
        return sum(max(e.total - (e.counted or 0), 0) for e in self.unmatched)


class Seen(Protocol):
    """What is asked of a visit before it is chosen."""

    @property
    def test(self) -> str: ...
    @property
    def attempt(self) -> int: ...
    @property
    def outcome(self) -> str: ...


V = TypeVar("V", bound=Seen)


def collect_evidence(visits: Iterable[VisitRecord], trials: Sequence[Trial]) -> Gallery:
    """Choose from visits that are read already."""
    return choose_evidence(visits, trials, lambda visit: visit)


def choose_evidence(
    visits: Iterable[V], trials: Sequence[Trial], read: Callable[[V], VisitRecord]
) -> Gallery:
    """Choose from the trace, and ``read`` what is chosen.

    Every visit of a failing attempt, and every visit of the first attempt with an owner pairing.
    """
    attempts = {(e.trial.test, e.attempt): e for t in trials for e in _attempts(t)}
    choice = _Choice()
    total = strays = 0
    for key, group in groupby(visits, key=lambda v: (v.test, v.attempt)):
        found = list(group)  # the visits of one attempt at most
        total += len(found)
        evidence = attempts.get(key)
        if evidence is None:
            strays += len(found)
            continue
        evidence.total += len(found)
        choice.add(evidence, found, read)
    pairing = choice.pairing
    others = [e for e in attempts.values() if e is not pairing]
    return Gallery(
        pairing=pairing,
        failing=tuple(e for e in others if e.failing and (e.visits or e.total)),
        held=frozenset(e.trial.number for e in attempts.values() if e.total),
        total=total,
        counted=sum(e.counted or 0 for e in attempts.values()),
        left_out=total - sum(len(e.visits) for e in attempts.values()),
        strays=strays,
        unmatched=tuple(e for e in attempts.values() if e.counted not in (None, e.total)),
    )


class _Choice:
    """Which visits are kept, as the trace goes by."""

    def __init__(self) -> None:
        self.pairing: Evidence | None = None
        self._failing = 0

    def add(self, evidence: Evidence, found: Sequence[V], read: Callable[[V], VisitRecord]) -> None:
        """Keep what the page shows of these visits of one attempt."""
        if self.pairing is None and any(v.outcome == PAIRED for v in found):
            self.pairing = evidence
        if evidence is self.pairing:
            evidence.visits += map(read, found[: PAIRING_VISITS - len(evidence.visits)])
        elif evidence.failing:
            kept = found[: FAILING_VISITS - self._failing]
            evidence.visits += map(read, kept)
            self._failing += len(kept)


def _attempts(trial: Trial) -> Iterator[Evidence]:
    """An attempt that left no result counts as failing: it is where the run broke off."""
    for result in trial.attempts:
        standing = Standing(result.verdict.value)
        failing = result.verdict in _FAILING
        yield Evidence(trial, result.attempt, standing, result.reason, failing, result.visits)
    if (under_way := trial.under_way) is not None:
        yield Evidence(trial, under_way, Standing.UNFINISHED, "", failing=True, counted=None)


def _odd_ones(visits: Sequence[VisitRecord]) -> set[int]:
    """Numbers of the visits that stand out: an error on the wire, a rare outcome, the slowest."""
    if len(visits) <= _OPEN_ALL:
        return {v.number for v in visits}
    usual, _count = Counter(v.outcome for v in visits).most_common(1)[0]
    odd = {v.number for v in visits if v.outcome != usual or any(s.error for s in v.steps)}
    return odd | {max(visits, key=latency_ns).number}
