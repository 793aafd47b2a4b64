"""Two hosts range each other in google/pica, a simulator that nobody here wrote.

Not run unless RIG_PICA names the address at which one listens, such as 127.0.0.1:7000.
"""

from __future__ import annotations

import os

import pytest

from drivers.api.uwb import FiraSession, RangeStatus
from drivers.uwb.kits import TcpAnchor

ADDRESS = os.environ.get("RIG_PICA", "")
pytestmark = pytest.mark.skipif(not ADDRESS, reason="not run: RIG_PICA names no pica")


def test_two_hosts_measure_a_distance_in_pica() -> None:
    ours = FiraSession(session_id=7, address=1, peers=(2,))
    theirs = FiraSession(session_id=7, address=2, peers=(1,), controller=False)
    with TcpAnchor(ADDRESS, "pica") as initiator, TcpAnchor(ADDRESS, "pica") as responder:
        assert initiator.identity().firmware
        other = responder.start(theirs)
        ranging = initiator.start(ours)
        found = [ranging.next(5.0) for _ in range(5)]
        ranging.stop()
        other.stop()
        assert all(one is not None and one.peer == 2 for one in found)
        assert any(one is not None and one.status is RangeStatus.OK for one in found)
        assert initiator.health.damaged == initiator.health.garbage_octets == 0
