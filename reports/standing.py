"""How a test or requirement stands at the end of a run: its verdict, and what a verdict hides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from reports.language import _, later
from rig.records.run import Result
from rig.records.verdict import Verdict, worst


class Standing(StrEnum):
    """A verdict, or why there is none yet. Passing after a retry is not a plain pass."""

    FAIL = "fail"
    ERROR = "error"
    INCONCLUSIVE = "inconclusive"
    UNFINISHED = "not finished"
    NOT_RUN = "not run"
    OBSERVED = "observed"
    RETRIED = "pass after retry"
    PASS = "pass"  # noqa: S105 - no password
    NOT_APPLICABLE = "not applicable"
    UNCOVERED = "not covered"

    @property
    def sign(self) -> str:
        """A sign that tells it without colour."""
        return _SIGNS[self]

    @property
    def word(self) -> str:
        """Its name in the language of the page."""
        return _(_WORDS[self])

    @property
    def tone(self) -> str:
        """Its class in the style sheet."""
        return self.value.replace(" ", "-")

    @property
    def verdict(self) -> Verdict | None:
        """The verdict behind it; None where nothing was judged."""
        if self is Standing.RETRIED:
            return Verdict.PASS
        return Verdict(self.value) if self.value in _VERDICTS else None


_VERDICTS = frozenset(v.value for v in Verdict)
_SIGNS = {
    Standing.FAIL: "✕",
    Standing.ERROR: "!",
    Standing.INCONCLUSIVE: "?",
    Standing.UNFINISHED: "…",
    Standing.NOT_RUN: "-",
    Standing.OBSERVED: "○",
    Standing.RETRIED: "↻",
    Standing.PASS: "✓",
    Standing.NOT_APPLICABLE: "∅",
    Standing.UNCOVERED: "-",
}
_WORDS = {
    Standing.FAIL: later("fail"),
    Standing.ERROR: later("error"),
    Standing.INCONCLUSIVE: later("inconclusive"),
    Standing.UNFINISHED: later("not finished"),
    Standing.NOT_RUN: later("not run"),
    Standing.OBSERVED: later("observed"),
    Standing.RETRIED: later("pass after retry"),
    Standing.PASS: later("pass"),
    Standing.NOT_APPLICABLE: later("not applicable"),
    Standing.UNCOVERED: later("not covered"),
}
_DECISIVE = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE)


def stand_attempts(attempts: Sequence[Result], *, under_way: bool) -> Standing:
    """How one test stands after its attempts; the last one decides."""
    if under_way:
        return Standing.UNFINISHED
    if not attempts:
        return Standing.NOT_RUN
    last = attempts[-1]
    if last.verdict is Verdict.PASS and (last.attempt > 1 or len(attempts) > 1):
        return Standing.RETRIED
    return Standing(last.verdict.value)


def stand_together(standings: Iterable[Standing]) -> Standing:
    """How a requirement stands: the worst of its tests, a retry or a missing test kept visible."""
    found = set(standings)
    if not found:
        return Standing.UNCOVERED
    verdicts = {s.verdict for s in found if s.verdict is not None}
    verdict = worst(verdicts) if verdicts else None
    if verdict in _DECISIVE:
        return Standing(verdict.value)
    for missing in (Standing.UNFINISHED, Standing.NOT_RUN):
        if missing in found:
            return missing
    if verdict is Verdict.PASS and Standing.RETRIED in found:
        return Standing.RETRIED
    return Standing(verdict.value) if verdict is not None else Standing.UNCOVERED
