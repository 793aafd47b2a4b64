"""What a session has received and not yet given out; filled by the reading thread."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

from drivers.api.clock import Clock, SystemClock
from drivers.api.errors import DriverError
from drivers.uwb.uci.opcodes import Message


class Inbox:
    """A queue without a limit, the states a session went through, and how it ended.

    States are kept as a set: devices are known to report them out of order (facts 3). They follow
    a command at once and are waited for by the machine's time; messages come with time, and are
    waited for by the clock's.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._bell = self._clock.bell()
        self._changed = threading.Condition()
        self._messages: deque[tuple[int, Message]] = deque()
        self._states: set[int] = set()
        self._end: Callable[[], DriverError] | None = None
        self._notify: Callable[[], None] = lambda: None

    def put(self, t_ns: int, message: Message) -> None:
        """Add a notification and the time at which it was read."""
        with self._changed:
            self._messages.append((t_ns, message))
            notify = self._notify
        self._bell.ring()
        notify()

    def reach(self, state: int) -> None:
        """Note a state."""
        with self._changed:
            self._states.add(state)
            self._changed.notify_all()

    def end(self, why: Callable[[], DriverError]) -> None:
        """Nothing more will come; ``why`` makes what is to be raised. The first end counts."""
        with self._changed:
            self._end = self._end or why
            self._changed.notify_all()
            notify = self._notify
        self._bell.ring()
        notify()

    def on_result(self, notify: Callable[[], None]) -> None:
        """Have ``notify`` called when ``take`` would not wait, and at once if that is so now."""
        with self._changed:
            self._notify = notify
            ready = bool(self._messages) or self.ended
        if ready:
            notify()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._end is not None

    def take(self, timeout_s: float) -> tuple[int, Message] | None:
        """The oldest notification, or None when time is up; raises the end after the last one."""
        until_ns = self._clock.now_ns() + round(timeout_s * 1e9)
        while True:
            with self._changed:
                if self._messages:
                    return self._messages.popleft()
                if self._end:
                    raise self._end()
            left_s = (until_ns - self._clock.now_ns()) / 1e9
            if left_s <= 0:
                return None
            self._bell.wait(left_s)

    def wait_for(self, state: int, timeout_s: float) -> bool:
        """Whether a state was reached before time was up. Raises the end if that came first."""
        deadline_s = monotonic() + timeout_s
        with self._changed:
            while state not in self._states:
                if self._end:
                    raise self._end()
                if not self._changed.wait(deadline_s - monotonic()) and monotonic() >= deadline_s:
                    return state in self._states
            return True
