"""Who listens hears every report and every block from then on; nobody else's listening ends it."""

from __future__ import annotations

import pytest

from drivers.api.clock import SystemClock
from drivers.api.space import Point
from drivers.api.uwb import Measurement, RangeStatus
from rig.vehicle.passive.geometry import Box
from rig.vehicle.passive.range_log import RangeLog
from rig.vehicle.passive.tracker import Block
from tests.rig.vehicle.passive.scene import scene


def measured(distance_m: float) -> Measurement:
    return Measurement(1, 0, RangeStatus.OK, 0, distance_m)


def test_a_listener_hears_what_is_told_while_it_listens() -> None:
    log = RangeLog(SystemClock())
    log.measured("left", measured(1.0))
    with log.listening() as first:
        log.measured("left", measured(2.0))
        with log.listening() as second:
            log.measured("rear", measured(3.0))
            log.closed(Block(7, 1, None, inconsistent=False))
        log.measured("left", measured(4.0))
        heard = first.take_measured()
        assert {name: [m.distance_m for m in each] for name, each in heard.items()} == {
            "left": [2.0, 4.0],
            "rear": [3.0],
        }
        assert list(second.take_measured()) == ["rear"]
        block = second.next_block(0)
        assert block is not None
        assert block.number == 7
        assert second.next_block(0) is None
        first.forget()
        assert first.take_blocks() == []


def test_passive_entry_tells_each_anchor_and_each_block() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        with s.entry.listening() as seen:
            phone.approach()
            assert seen.next_block(10) is not None
            assert set(seen.take_measured()) <= set(s.entry.anchors)


BOX = Box(front_m=1, rear_m=-1, left_m=0.5, right_m=-0.5)
WAYS = {
    "beside it": (Point(-3, 1), Point(3, 1), False),
    "along it": (Point(-3, 0), Point(3, 0), True),
    "across it": (Point(0, -3), Point(0, 3), True),
    "slanting through a corner": (Point(-0.5, 2), Point(1.5, -1), True),
    "slanting past a corner": (Point(1.5, 2), Point(3.5, -1), False),
    "ends before it": (Point(-3, 0), Point(-1.5, 0), False),
    "begins in it": (Point(0, 0), Point(3, 3), True),
    "at rest outside": (Point(2, 2), Point(2, 2), False),
    "at rest inside": (Point(0, 0), Point(0, 0), True),
}


@pytest.mark.parametrize(("a", "b", "between"), WAYS.values(), ids=WAYS)
def test_what_stands_between(a: Point, b: Point, between: bool) -> None:
    assert BOX.stands_between(a, b) is between
    assert BOX.stands_between(b, a) is between
