"""Who is silent in a visit: the device at the reader, or something of the bench."""

from __future__ import annotations

import pytest

from drivers.api.errors import LinkTimeout
from drivers.api.trace import Exchange
from rig.measure.outcomes import Inconclusive
from rig.vehicle.visit import Ending, Visit

SELECT = bytes.fromhex("00A4040000")


def visit_with(*errors: str) -> Visit:
    visit = Visit("driver_handle", "reader")
    visit.timeline.exchanges += [Exchange("reader", 1, 2, SELECT, b"", error) for error in errors]
    return visit


@pytest.mark.parametrize("errors", [(), ("", "reader: no answer")], ids=["first", "later"])
def test_a_device_that_does_not_answer_is_mute(errors: tuple[str, ...]) -> None:
    visit = visit_with(*errors)
    visit.end_with(LinkTimeout("no answer", device="reader"))
    assert visit.ending is Ending.MUTE
    with pytest.raises(Inconclusive):
        visit.raise_if_broken()


def test_a_relay_board_that_does_not_answer_is_a_fault_of_the_bench() -> None:
    visit = visit_with("", "")
    visit.end_with(LinkTimeout("no answer in time", device="relays"))
    assert visit.ending is Ending.FAULT
    with pytest.raises(LinkTimeout, match=r"^relays: no answer in time"):
        visit.raise_if_broken()
