"""Four anchors that notify a thousand times a second together, as fast as they come."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

from drivers.api.uwb import FiraSession, Measurement, RangingSession
from drivers.sim.uwb_chip import VirtualUwbChip
from drivers.uwb.kits import TcpAnchor

ANCHORS, INTERVAL_MS, BLOCKS = 4, 4, 750  # 4 times 250 a second, for 3 seconds


def collect(ranging: RangingSession, into: list[Measurement]) -> None:
    while len(into) < BLOCKS and (one := ranging.next(20.0)) is not None:
        into.append(one)


def test_four_anchors_at_a_thousand_notifications_a_second_lose_none() -> None:
    with ExitStack() as stack:
        chips = [stack.enter_context(VirtualUwbChip(seed=n)) for n in range(ANCHORS)]
        anchors = [stack.enter_context(TcpAnchor(chip)) for chip in chips]
        session = FiraSession(session_id=7, address=1, peers=(2,), interval_ms=INTERVAL_MS)
        found: list[list[Measurement]] = [[] for _ in anchors]
        threads = [
            threading.Thread(target=collect, args=(anchor.start(session), into))
            for anchor, into in zip(anchors, found, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for anchor, of_anchor in zip(anchors, found, strict=True):
            assert [one.block for one in of_anchor] == list(range(BLOCKS))
            health = anchor.health
            assert (health.garbage_octets, health.damaged, health.unclaimed) == (0, 0, 0)


def test_what_nobody_takes_waits() -> None:
    with VirtualUwbChip(pace="free") as chip, TcpAnchor(chip) as anchor:
        ranging = anchor.start(FiraSession(session_id=7, address=1, peers=(2,)))
        deadline_s = time.monotonic() + 60
        while chip.chip.sent_blocks < 20_000 and time.monotonic() < deadline_s:
            time.sleep(0.01)
        taken: list[Measurement] = []
        while len(taken) < 20_000 and (one := ranging.next(20.0)) is not None:
            taken.append(one)
        assert [one.block for one in taken] == list(range(20_000))
