"""Notifications find their session, also when they come before it has a number."""

from __future__ import annotations

import pytest

from drivers.api.errors import LinkLost, RangingEnded
from drivers.uwb.routing import Routing
from drivers.uwb.uci.ccc import CccRange
from drivers.uwb.uci.codes import DeviceState, SessionState
from drivers.uwb.uci.core import DeviceStatus
from drivers.uwb.uci.profiles import GENERIC
from drivers.uwb.uci.session import SessionStatus

HANDLE, ID = 0x5A000001, 7
RANGE = CccRange(ID, 0, 1, 0, 250, 90, 90)


def test_what_came_before_the_handle_was_known_is_not_lost() -> None:
    routing = Routing(GENERIC)
    routing.expect()
    routing.deliver(1, SessionStatus(HANDLE, SessionState.INIT, 0))
    routing.deliver(2, RANGE)
    inbox = routing.claim({HANDLE, ID})
    assert inbox.wait_for(SessionState.INIT, 0.0)
    assert inbox.take(0.0) == (2, RANGE)
    assert routing.strays == 0


def test_a_session_is_known_by_its_handle_and_by_its_id() -> None:
    routing = Routing(GENERIC)
    inbox = routing.claim({HANDLE, ID})
    routing.deliver(1, RANGE)
    routing.deliver(2, SessionStatus(HANDLE, SessionState.ACTIVE, 0))
    assert inbox.take(0.0) == (1, RANGE)
    assert inbox.wait_for(SessionState.ACTIVE, 0.0)


def test_what_belongs_to_nobody_is_counted_and_not_kept() -> None:
    routing = Routing(GENERIC)
    inbox = routing.claim({ID})
    routing.release(inbox)
    routing.deliver(1, RANGE)
    assert routing.strays == 1
    assert inbox.take(0.0) is None


def test_states_may_come_out_of_order() -> None:
    routing = Routing(GENERIC)
    inbox = routing.claim({ID})
    for state in (SessionState.INIT, SessionState.ACTIVE, SessionState.IDLE):  # as pica does
        routing.deliver(1, SessionStatus(ID, state, 0))
    assert inbox.wait_for(SessionState.ACTIVE, 0.0)
    assert not inbox.ended


def test_a_device_in_error_ends_every_session() -> None:
    routing = Routing(GENERIC)
    inboxes = [routing.claim({1}), routing.claim({2})]
    routing.deliver(1, DeviceStatus(DeviceState.ERROR))
    for inbox in inboxes:
        with pytest.raises(RangingEnded):
            inbox.take(0.0)


def test_a_lost_line_is_told_after_what_had_come() -> None:
    routing = Routing(GENERIC)
    inbox = routing.claim({ID})
    routing.deliver(1, RANGE)
    routing.lose(LinkLost("pulled"))
    assert inbox.take(0.0) == (1, RANGE)
    with pytest.raises(LinkLost, match="pulled"):
        inbox.take(0.0)
