"""How time passes for a virtual chip: as on the wall, or as fast as it is taken."""

from __future__ import annotations

import abc
import select
import time

SLICE_S = 0.05  # of a long wait, so that closing and unplugging are noticed


class Pace(abc.ABC):
    """A chip's time, and how it waits for its host or the next block, whichever is first."""

    @abc.abstractmethod
    def now_ns(self) -> int:
        """The time now; its zero means nothing."""

    @abc.abstractmethod
    def wait(self, line: int, until_ns: int | None) -> bool:
        """Whether the line (a file descriptor) has something to read, before the time has come.

        Returns after SLICE_S at the latest.
        """


class RealPace(Pace):
    """Blocks come when they are due."""

    def now_ns(self) -> int:
        return time.perf_counter_ns()

    def wait(self, line: int, until_ns: int | None) -> bool:
        left_s = SLICE_S if until_ns is None else (until_ns - self.now_ns()) / 1e9
        return bool(select.select([line], [], [], max(0.0, min(SLICE_S, left_s)))[0])


class FreePace(Pace):
    """Time jumps to the next block at once, unless the host has said something."""

    def __init__(self) -> None:
        self._now_ns = 0

    def now_ns(self) -> int:
        return self._now_ns

    def wait(self, line: int, until_ns: int | None) -> bool:
        ready = bool(select.select([line], [], [], SLICE_S if until_ns is None else 0)[0])
        if not ready and until_ns is not None:
            self._now_ns = max(self._now_ns, until_ns)
        return ready
