"""Tests that pass and fail by turns: a proposal to put them in quarantine, never more.

A flip is a change between pass and fail from one run to the next, or a pass after a retry. The
rate is taken over the last twenty runs, and proposed on when even the lower end of its interval
lies above 5 %, which takes three flips: one night that failed has two, and is no turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.history.bench_nights import TestOutcome
from reports.regression.exact import wilson

LAST_RUNS = 20
FEWEST_RUNS = 15  # before, two flips would do
RATE = 0.05
_JUDGED = ("pass", "fail")


@dataclass(frozen=True, slots=True)
class Flaky:
    """A test that flips too often."""

    test: str
    flips: int
    chances: int
    low: float  # lower end of the rate's interval
    requirements: tuple[str, ...] = ()
    barred: str = ""  # why it may not be put in quarantine

    @property
    def rate(self) -> float:
        """Flips a chance."""
        return self.flips / self.chances


def flaky_tests(outcomes: Iterable[Sequence[TestOutcome]]) -> list[Flaky]:
    """Those whose flip rate is certainly above 5 %, the worst first."""
    found = [flaky for of_test in outcomes if (flaky := _judge(of_test)) is not None]
    return sorted(found, key=lambda flaky: (-flaky.rate, flaky.test))


def _judge(of_test: Sequence[TestOutcome]) -> Flaky | None:
    judged = [outcome for outcome in of_test if outcome.verdict in _JUDGED][-LAST_RUNS:]
    if len(judged) < FEWEST_RUNS:
        return None
    changed = [before.verdict != after.verdict for before, after in pairwise(judged)]
    retried = [outcome.retried and outcome.verdict == "pass" for outcome in judged[1:]]
    flips = sum(a or b for a, b in zip(changed, retried, strict=True))
    low, _ = wilson(flips, len(changed))
    return Flaky(judged[-1].test, flips, len(changed), low) if low > RATE else None
