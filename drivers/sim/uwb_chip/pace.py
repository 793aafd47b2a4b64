"""How time passes for a virtual chip: by a clock, or as fast as it is taken."""

from __future__ import annotations

import abc

from drivers.api.clock import Clock, SystemClock
from drivers.sim.uwb_chip.sockets import Socket

SLICE_S = 0.05  # of a long wait, so that closing and unplugging are noticed


class Pace(abc.ABC):
    """A chip's time, and how it waits for its host or the next block, whichever is first.

    ``clock`` makes the chip's thread.
    """

    clock: Clock

    @abc.abstractmethod
    def now_ns(self) -> int:
        """The time now; its zero means nothing."""

    @abc.abstractmethod
    def wait(self, socket: Socket, until_ns: int | None) -> bool:
        """Whether the host has said something before the time had come.

        May return earlier with False.
        """


class ClockPace(Pace):
    """Blocks come when they are due by a clock; the machine's, if none is given.

    ``slice_s`` None is for a socket whose waiting ends by itself when it is pulled.
    """

    def __init__(self, clock: Clock | None = None, slice_s: float | None = SLICE_S) -> None:
        self.clock = clock or SystemClock()
        self._slice_s = slice_s

    def now_ns(self) -> int:
        return self.clock.now_ns()

    def wait(self, socket: Socket, until_ns: int | None) -> bool:
        if until_ns is None:
            return socket.ready(self._slice_s)
        left_s = max(0.0, (until_ns - self.now_ns()) / 1e9)
        return socket.ready(left_s if self._slice_s is None else min(self._slice_s, left_s))


class FreePace(Pace):
    """Time jumps to the next block at once, unless the host has said something."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self._now_ns = 0

    def now_ns(self) -> int:
        return self._now_ns

    def wait(self, socket: Socket, until_ns: int | None) -> bool:
        ready = socket.ready(SLICE_S if until_ns is None else 0.0)
        if not ready and until_ns is not None:
            self._now_ns = max(self._now_ns, until_ns)
        return ready
