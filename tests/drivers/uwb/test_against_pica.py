"""Two hosts range each other in google/pica, a simulator that nobody here wrote.

Not run unless RIG_PICA names the address at which one listens, such as 127.0.0.1:7000.
"""

from __future__ import annotations

import os

import pytest

from drivers.api.uwb import FiraSession, RangeStatus, RangingSession
from drivers.uwb.kits import PicaAnchor

ADDRESS = os.environ.get("RIG_PICA", "")
pytestmark = pytest.mark.skipif(not ADDRESS, reason="not run: RIG_PICA names no pica")
CONTROLLER = FiraSession(session_id=7, address=1, peers=(2,))
CONTROLEE = FiraSession(session_id=7, address=2, peers=(1,), controller=False)


def check(ranging: RangingSession, peer: int) -> None:
    """Five blocks, all of this peer, and measured."""
    found = [ranging.next(5.0) for _ in range(5)]
    assert all(one is not None and one.peer == peer for one in found)
    assert any(one is not None and one.status is RangeStatus.OK for one in found)


def test_two_hosts_measure_a_distance_in_pica() -> None:
    with PicaAnchor(ADDRESS) as initiator, PicaAnchor(ADDRESS) as responder:
        assert initiator.identity().firmware
        assert all(finding.ok for finding in initiator.self_test())
        theirs = responder.start(CONTROLEE)
        ours = initiator.start(CONTROLLER)
        check(ours, peer=2)
        check(theirs, peer=1)
        ours.stop()
        theirs.stop()
        for anchor in (initiator, responder):
            assert anchor.health.damaged == anchor.health.garbage_octets == 0
