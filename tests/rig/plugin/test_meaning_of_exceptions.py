"""What an exception says of the device under test."""

from __future__ import annotations

import pytest

from drivers.api.errors import (
    ActionRefused,
    LinkLost,
    OperatorAbsent,
    OperatorDeclined,
    OutOfReach,
)
from rig.plugin.verdicts import of_exception
from rig.records.verdict import Verdict


@pytest.mark.parametrize(
    ("exc", "verdict"),
    [
        (AssertionError("the door stays shut"), Verdict.FAIL),
        (ActionRefused("no key can be shared"), Verdict.FAIL),
        (LinkLost("gone", device="tray"), Verdict.ERROR),
        (OperatorDeclined("no time"), Verdict.INCONCLUSIVE),
        (OperatorAbsent("no terminal"), Verdict.INCONCLUSIVE),
        (OutOfReach("0.4 m beside the rail"), Verdict.INCONCLUSIVE),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_device_that_says_no_in_the_middle_of_a_test_was_judged(
    exc: Exception, verdict: Verdict
) -> None:
    assert of_exception(exc, "call").verdict is verdict


def test_a_refusal_while_a_test_is_prepared_is_no_judgement() -> None:
    found = of_exception(ActionRefused("update the app"), "setup")
    assert (found.verdict, found.reason) == (Verdict.ERROR, "in setup: update the app")
