"""Two anchors that range each other: how many ranges come, and that nothing is left running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from drivers.api.uwb import RangingAnchor
from drivers.sim.uwb_chip import VirtualUwbChip
from drivers.sim.uwb_chip.scene import Sight
from drivers.uwb.kits import TcpAnchor
from rig.measure.errors import CalibrationError
from rig.measure.pair_ranging import HOPELESS, ranges_between

Pair = tuple[RangingAnchor, RangingAnchor]


@pytest.fixture
def chips() -> Iterator[tuple[VirtualUwbChip, VirtualUwbChip]]:
    with VirtualUwbChip(1, pace="free") as near, VirtualUwbChip(2, pace="free") as far:
        yield near, far


@pytest.fixture
def pair(chips: tuple[VirtualUwbChip, VirtualUwbChip]) -> Iterator[Pair]:
    with ExitStack() as stack:
        near, far = (stack.enter_context(TcpAnchor(chip)) for chip in chips)
        near.name, far.name = "near", "far"
        yield near, far
        assert [chip.chip.sessions for chip in chips] == [{}, {}]  # both still open


def test_as_many_ranges_come_as_are_wanted_and_each_is_told(pair: Pair) -> None:
    told: list[tuple[int, float]] = []
    found = ranges_between(*pair, 40, lambda taken, range_m: told.append((taken, range_m)))
    assert told == list(enumerate(found, 1))
    assert len(found) == 40


def test_whoever_interrupts_it_leaves_both_stopped(pair: Pair) -> None:
    def interrupted(taken: int, range_m: float) -> None:
        del taken, range_m
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ranges_between(*pair, 40, interrupted)


def test_it_gives_up_soon_where_nothing_is_heard_and_leaves_both_stopped(
    pair: Pair, chips: tuple[VirtualUwbChip, VirtualUwbChip]
) -> None:
    chips[0].scene = lambda _shot: None
    with pytest.raises(CalibrationError, match=f"near heard nothing of far in {HOPELESS} blocks"):
        ranges_between(*pair, 1000)


def test_a_late_first_range_is_no_reason_to_give_up(
    pair: Pair, chips: tuple[VirtualUwbChip, VirtualUwbChip]
) -> None:
    chips[0].scene = lambda shot: Sight(2.0) if shot.block >= HOPELESS - 5 else None
    assert len(ranges_between(*pair, 40)) == 40
