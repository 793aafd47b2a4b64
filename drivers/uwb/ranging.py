"""A ranging session over UCI, as whoever started it sees it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from drivers.api.clock import Clock
from drivers.api.errors import DriverError
from drivers.api.uwb import CccSession, Measurement, RangingSession, Session
from drivers.uwb import readings
from drivers.uwb.inbox import Inbox
from drivers.uwb.uci.ccc import CccRange
from drivers.uwb.uci.opcodes import Message
from drivers.uwb.uci.two_way import SessionInfo


class UciRanging(RangingSession):
    """Taken from by one thread; ``stop`` may come from any.

    ``end`` stops it on the device; ``who`` is the anchor's name, for errors.
    """

    def __init__(
        self,
        session: Session,
        inbox: Inbox,
        angle_steps: int,
        end: Callable[[], None],
        who: Callable[[], str],
        clock: Clock,
    ) -> None:
        self._session, self._inbox = session, inbox
        self._angle_steps = angle_steps
        self._end = end
        self._who = who
        self._clock = clock
        self._ready: deque[Measurement] = deque()

    def next(self, timeout_s: float) -> Measurement | None:
        until_ns = self._clock.now_ns() + round(timeout_s * 1e9)
        while not self._ready:
            try:
                got = self._inbox.take((until_ns - self._clock.now_ns()) / 1e9)
            except DriverError as exc:
                exc.device = exc.device or self._who()
                raise
            if got is None:
                return None
            self._ready.extend(self._measurements(*got))
        return self._ready.popleft()

    def on_result(self, notify: Callable[[], None]) -> None:
        self._inbox.on_result(notify)

    def stop(self) -> None:
        self._end()

    def _measurements(self, t_ns: int, message: Message) -> list[Measurement]:
        if isinstance(message, SessionInfo):
            return readings.two_way(message, t_ns, self._angle_steps)
        if isinstance(message, CccRange) and isinstance(self._session, CccSession):
            return [readings.ccc(message, t_ns, self._session)]
        return []
