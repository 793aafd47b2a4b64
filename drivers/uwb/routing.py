"""From a chip's notifications to the sessions they belong to; runs in the reading thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from drivers.api.clock import Clock
from drivers.api.errors import DriverError, LinkLost, RangingEnded
from drivers.uwb.inbox import Inbox
from drivers.uwb.uci.ccc import CccRange
from drivers.uwb.uci.codes import REASON_BY_COMMAND, DeviceState, SessionState
from drivers.uwb.uci.core import DeviceStatus
from drivers.uwb.uci.opcodes import Message
from drivers.uwb.uci.profiles import Profile
from drivers.uwb.uci.session import SessionStatus
from drivers.uwb.uci.two_way import SessionInfo

_EARLY_MOST = 1000  # notifications ahead of a session's own answer; a chip sends a few


class Routing:
    """The inboxes of one chip's sessions, by token.

    While a session is being started its token may be unknown, and a session is known by its
    handle in some notifications and by its id in others (facts 1.3, 1.7): what cannot be placed
    then is kept for whoever claims that number. ``strays`` counts what belonged to nobody.
    """

    def __init__(self, profile: Profile, clock: Clock | None = None) -> None:
        self._profile, self._clock = profile, clock
        self._lock = threading.Lock()
        self._inboxes: dict[int, Inbox] = {}
        self._early: list[tuple[int, Message]] | None = None
        self.device = Inbox(clock)
        self.strays = 0

    def expect(self) -> None:
        """A session is about to be started."""
        with self._lock:
            self._early = []

    def claim(self, numbers: set[int]) -> Inbox:
        """The inbox of a session that is known by these numbers, with what came early for it."""
        inbox = Inbox(self._clock)
        with self._lock:
            for number in numbers:
                self._inboxes.setdefault(number, inbox)
            early, self._early = self._early or [], None
            for t_ns, message in early:
                self._place(t_ns, message)
        return inbox

    def release(self, inbox: Inbox) -> None:
        """The session is over; what still comes for it is a stray."""
        with self._lock:
            self._inboxes = {n: one for n, one in self._inboxes.items() if one is not inbox}

    def deliver(self, t_ns: int, message: Message) -> None:
        """Take one notification."""
        if isinstance(message, DeviceStatus):
            self.device.reach(message.state)
            if message.state == DeviceState.ERROR:
                self._end_all(lambda: RangingEnded("the device reports an error", message.state))
            return
        with self._lock:
            self._place(t_ns, message)

    def lose(self, why: DriverError) -> None:
        """The line is gone: so says every session once it is emptied."""
        self._end_all(lambda: LinkLost(f"the line is lost: {why}"))
        self.device.end(lambda: LinkLost(f"the line is lost: {why}"))

    def _place(self, t_ns: int, message: Message) -> None:
        number = _number(message)
        inbox = self._inboxes.get(number)
        if inbox is None:
            if self._early is not None and len(self._early) < _EARLY_MOST:
                self._early.append((t_ns, message))
            else:
                self.strays += 1
        elif isinstance(message, SessionStatus):
            self._note(inbox, message)
        else:
            inbox.put(t_ns, message)

    def _note(self, inbox: Inbox, status: SessionStatus) -> None:
        inbox.reach(status.state)
        over = status.state in (SessionState.IDLE, SessionState.DEINIT)
        if over and status.reason != REASON_BY_COMMAND:
            text = self._profile.reasons.get(status.reason, f"reason 0x{status.reason:02X}")
            inbox.end(lambda: RangingEnded(f"session ended: {text}", status.reason))

    def _end_all(self, why: Callable[[], DriverError]) -> None:
        with self._lock:
            for inbox in self._inboxes.values():
                inbox.end(why)


def _number(message: Message) -> int:
    match message:
        case SessionInfo() | SessionStatus():
            return message.token
        case CccRange():
            return message.session_id
    return -1  # of no session, or of none that anybody asked for
