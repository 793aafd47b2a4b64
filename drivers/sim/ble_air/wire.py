"""One connection on the air: two ends, and the connection events at which data gets across.

Bumble's own link hands everything over at once. Here it waits for the next event of the
connection, in order; what an event brings is answered at the next one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bumble import hci
from bumble.controller import Connection

if TYPE_CHECKING:
    from drivers.sim.ble_air.controller import AirController
    from drivers.sim.ble_air.faults import Faults

_A_HAIR = 1e-6  # of an interval: a moment so near to an event is that event
_PACKET_S = 0.0007  # of a packet with its acknowledgement and two pauses of 0.15 ms, on 1M
_ESTABLISHED_WITHIN = 6  # events, before a connection that nobody accepted is given up


@dataclass(slots=True)
class End:
    """One side. ``connection`` is its controller's; None while it has not accepted yet."""

    controller: AirController
    address: hci.Address
    connection: Connection | None = None
    inbox: deque[Pdu] = field(default_factory=deque)
    arrives_s: float = 0.0  # when the next can get there, behind all that is under way

    @property
    def lives(self) -> bool:
        """Whether this side still holds the connection."""
        connection = self.connection
        if connection is None:
            return False
        return self.controller.le_connections.get(connection.peer_address) is connection

    def drop(self, reason: int) -> None:
        """Tell this side's host that the connection is over. No effect when it knows."""
        if self.lives and self.connection is not None:
            self.controller.on_le_disconnected(self.connection, reason)


@dataclass(frozen=True, slots=True)
class Pdu:
    """What is to get across: how it is taken in there, and who is told when it goes out."""

    deliver: Callable[[], None]
    sent: Callable[[], None] | None = None


class Wire:
    """``began_s`` is event 0, on the air's clock; data gets across from event 1 on."""

    def __init__(
        self, central: End, peripheral: End, interval_s: float, timeout_s: float, faults: Faults
    ) -> None:
        self.central, self.peripheral = central, peripheral
        self.interval_s, self.timeout_s = interval_s, timeout_s
        self.encrypted = False
        self._faults = faults
        self._loop = asyncio.get_running_loop()
        self.began_s = self._loop.time()
        self._event: asyncio.TimerHandle | None = None
        self._timeout: asyncio.TimerHandle | None = None

    def event_count(self, t_s: float) -> int:
        """The number of the latest connection event at that time."""
        return int((t_s - self.began_s) / self.interval_s + _A_HAIR)

    def event_s(self, count: int) -> float:
        """When an event is."""
        return self.began_s + count * self.interval_s

    def other(self, end: End) -> End:
        """The far side."""
        return self.peripheral if end is self.central else self.central

    def put(self, to: End, pdu: Pdu) -> None:
        """Have it got across at the next connection event."""
        to.inbox.append(pdu)
        self._await_event()

    def check_range(self) -> None:
        """Somebody came into range or left it: supervision begins to count, or ends to."""
        if self._in_range:
            if self._timeout is not None:
                self._timeout.cancel()
                self._timeout = None
            if self.central.inbox or self.peripheral.inbox:
                self._await_event()
        elif self._timeout is None:
            self._timeout = self._loop.call_later(self.timeout_s, self.time_out)

    def time_out(self) -> None:
        """Supervision timeout: both sides have not heard each other for too long."""
        self.end(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def end(self, reason: int) -> None:
        """Both sides learn at once that it is over. Idempotent."""
        self.close()
        self.central.drop(reason)
        self.peripheral.drop(reason)

    def close(self) -> None:
        """Nothing gets across any more."""
        for timer in (self._event, self._timeout):
            if timer is not None:
                timer.cancel()
        self._event = self._timeout = None
        self.central.inbox.clear()
        self.peripheral.inbox.clear()

    def expect_acceptance(self) -> None:
        """Give up after six events, unless the peripheral has taken the connection by then."""
        self._loop.call_later(_ESTABLISHED_WITHIN * self.interval_s, self._give_up)

    @property
    def _in_range(self) -> bool:
        return self.central.controller.in_range and self.peripheral.controller.in_range

    def _give_up(self) -> None:
        if self.peripheral.connection is None:
            self.end(hci.HCI_ErrorCode.CONNECTION_FAILED_TO_BE_ESTABLISHED_ERROR)

    def _await_event(self) -> None:
        if self._event is None:
            count = self.event_count(self._loop.time()) + 1
            self._event = self._loop.call_at(self.event_s(count), self._happen)

    def _happen(self) -> None:
        """One connection event."""
        self._event = None
        if not self._in_range:
            return  # until they are again
        for end in (self.peripheral, self.central):
            if end.inbox and not self._faults.loses():
                batch = tuple(end.inbox)
                end.inbox.clear()
                self._carry(end, batch)
        if self.central.inbox or self.peripheral.inbox:
            self._await_event()

    def _carry(self, to: End, batch: tuple[Pdu, ...]) -> None:
        """One packet after the other, behind those still under way: a host takes each in peace."""
        for pdu in batch:
            if pdu.sent is not None:
                pdu.sent()
        now_s = self._loop.time()
        for pdu in batch:
            arrives_s = max(now_s + self._faults.delay_s, to.arrives_s)
            to.arrives_s = arrives_s + _PACKET_S
            if arrives_s <= now_s:
                pdu.deliver()
            else:
                self._loop.call_at(arrives_s, pdu.deliver)
