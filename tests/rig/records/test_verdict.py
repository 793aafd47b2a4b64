"""How verdicts add up, and what a run exits with."""

from __future__ import annotations

import pytest

from rig.records.verdict import Verdict, exit_status, worst

V = Verdict


@pytest.mark.parametrize(
    ("verdicts", "whole", "status"),
    [
        ([V.PASS, V.PASS], V.PASS, 0),
        ([V.PASS, V.FAIL, V.ERROR, V.INCONCLUSIVE], V.FAIL, 1),
        ([V.PASS, V.ERROR, V.INCONCLUSIVE], V.ERROR, 3),
        ([V.PASS, V.INCONCLUSIVE, V.OBSERVED], V.INCONCLUSIVE, 4),
        ([V.PASS, V.OBSERVED], V.OBSERVED, 0),
        ([V.PASS, V.NOT_APPLICABLE], V.PASS, 0),
        ([V.NOT_APPLICABLE], V.NOT_APPLICABLE, 0),
    ],
)
def test_the_worst_verdict_decides(verdicts: list[Verdict], whole: Verdict, status: int) -> None:
    assert worst(verdicts) is whole
    assert exit_status(verdicts) == status


def test_nothing_judged_is_no_verdict() -> None:
    with pytest.raises(ValueError, match="no verdicts"):
        worst([])
