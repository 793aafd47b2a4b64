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
    CONDITIONAL_FAIL = "conditional fail"
    WAIVED = "waived fail"
    ERROR = "error"
    INCONCLUSIVE = "inconclusive"
    CONDITIONAL_PASS = "conditional pass"  # noqa: S105 - no password
    UNFINISHED = "not finished"
    NOT_RUN = "not run"
    QUARANTINED = "quarantined"
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
    def rank(self) -> int:
        """How bad it is by what it counts as: 1 for a pass to 6 for a fail; 0 counts as neither."""
        return _RANKS[self]

    @property
    def verdict(self) -> Verdict | None:
        """The verdict behind it; None where nothing was judged."""
        if self in _HIDDEN:
            return _HIDDEN[self]
        return Verdict(self.value) if self.value in _VERDICTS else None


_VERDICTS = frozenset(v.value for v in Verdict)
_HIDDEN = {
    Standing.CONDITIONAL_FAIL: Verdict.FAIL,
    Standing.WAIVED: Verdict.FAIL,
    Standing.CONDITIONAL_PASS: Verdict.INCONCLUSIVE,
    Standing.RETRIED: Verdict.PASS,
}
_RANKS = {
    Standing.FAIL: 6,
    Standing.CONDITIONAL_FAIL: 6,
    Standing.WAIVED: 6,
    Standing.ERROR: 5,
    Standing.INCONCLUSIVE: 4,
    Standing.CONDITIONAL_PASS: 4,
    Standing.UNFINISHED: 4,
    Standing.NOT_RUN: 4,
    Standing.UNCOVERED: 4,
    Standing.OBSERVED: 3,
    Standing.RETRIED: 2,
    Standing.PASS: 1,
    Standing.QUARANTINED: 0,
    Standing.NOT_APPLICABLE: 0,
}
_SIGNS = {
    Standing.FAIL: "✕",
    Standing.CONDITIONAL_FAIL: "≳",
    Standing.WAIVED: "⊘",
    Standing.ERROR: "!",
    Standing.INCONCLUSIVE: "?",
    Standing.CONDITIONAL_PASS: "≲",
    Standing.UNFINISHED: "…",
    Standing.NOT_RUN: "-",
    Standing.QUARANTINED: "⊟",
    Standing.OBSERVED: "○",
    Standing.RETRIED: "↻",
    Standing.PASS: "✓",
    Standing.NOT_APPLICABLE: "∅",
    Standing.UNCOVERED: "-",
}
_WORDS = {
    Standing.FAIL: later("fail"),
    Standing.CONDITIONAL_FAIL: later("conditional fail"),
    Standing.WAIVED: later("waived fail"),
    Standing.ERROR: later("error"),
    Standing.INCONCLUSIVE: later("inconclusive"),
    Standing.CONDITIONAL_PASS: later("conditional pass"),
    Standing.UNFINISHED: later("not finished"),
    Standing.NOT_RUN: later("not run"),
    Standing.QUARANTINED: later("quarantined"),
    Standing.OBSERVED: later("observed"),
    Standing.RETRIED: later("pass after retry"),
    Standing.PASS: later("pass"),
    Standing.NOT_APPLICABLE: later("not applicable"),
    Standing.UNCOVERED: later("not covered"),
}
_MILDER = {  # the worst first; a plain one among them outranks what is conditional or waived
    Verdict.FAIL: (Standing.FAIL, Standing.CONDITIONAL_FAIL, Standing.WAIVED),
    Verdict.INCONCLUSIVE: (Standing.INCONCLUSIVE, Standing.CONDITIONAL_PASS),
    Verdict.ERROR: (Standing.ERROR,),
}


def stand_judged(verdict: Verdict, *, conditional: bool) -> Standing:
    """How an attempt or a limit stands: within a guard band, no verdict is a plain one."""
    if conditional and verdict is Verdict.FAIL:
        return Standing.CONDITIONAL_FAIL
    if conditional and verdict is Verdict.INCONCLUSIVE:
        return Standing.CONDITIONAL_PASS
    return Standing(verdict.value)


def stand_excused(
    attempts: Sequence[Result], *, under_way: bool, waived: bool, quarantined: bool
) -> Standing:
    """How one test stands, where somebody answers for its failing or for its not counting."""
    standing = stand_attempts(attempts, under_way=under_way)
    if quarantined and attempts:
        return Standing.QUARANTINED
    return Standing.WAIVED if waived and standing.verdict is Verdict.FAIL else standing


def stand_attempts(attempts: Sequence[Result], *, under_way: bool) -> Standing:
    """How one test stands after its attempts; the last one decides."""
    if under_way:
        return Standing.UNFINISHED
    if not attempts:
        return Standing.NOT_RUN
    last = attempts[-1]
    if last.verdict is Verdict.PASS and (last.attempt > 1 or len(attempts) > 1):
        return Standing.RETRIED
    return stand_judged(last.verdict, conditional=last.conditional)


def stand_together(standings: Iterable[Standing]) -> Standing:
    """How a requirement stands: the worst of its tests, a retry or a missing test kept visible."""
    found = set(standings)
    if not found:
        return Standing.UNCOVERED
    verdicts = {s.verdict for s in found if s.verdict is not None}
    verdict = worst(verdicts) if verdicts else None
    if verdict in _MILDER:
        return next(s for s in _MILDER[verdict] if s in found)
    for missing in (Standing.UNFINISHED, Standing.NOT_RUN, Standing.QUARANTINED):
        if missing in found:
            return missing
    if verdict is Verdict.PASS and Standing.RETRIED in found:
        return Standing.RETRIED
    return Standing(verdict.value) if verdict is not None else Standing.UNCOVERED
