"""The verdicts of a test, and how several of them add up."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """How one attempt, one requirement or one run ended."""

    PASS = "pass"
    FAIL = "fail"
    OBSERVED = "observed"
    NOT_APPLICABLE = "not applicable"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


_WORST_FIRST = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.OBSERVED,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)
_EXIT_STATUS = {Verdict.FAIL: 1, Verdict.ERROR: 3, Verdict.INCONCLUSIVE: 4}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that decides over the whole: a judged fail outranks a broken rig.

    Raises ValueError for no verdicts at all: nothing judged is not a pass.
    """
    found = set(verdicts)
    if not found:
        raise ValueError("no verdicts")
    return next(v for v in _WORST_FIRST if v in found)


def exit_status(verdicts: Iterable[Verdict]) -> int:
    """The exit status of a run: 0 pass, 1 fail, 3 rig or bench error, 4 inconclusive only."""
    return _EXIT_STATUS.get(worst(verdicts), 0)
