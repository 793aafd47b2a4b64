"""Anchors that keep the contract of drivers.api.uwb and measure what the scene says."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from drivers.api.clock import Clock
from drivers.api.device import Identity
from drivers.api.errors import DriverError, LinkLost, RangingEnded
from drivers.api.space import Point
from drivers.api.uwb import (
    CccSession,
    Measurement,
    RangeStatus,
    RangingAnchor,
    RangingSession,
    Session,
)


class Ranged(Protocol):
    """Somebody who may answer an anchor's round."""

    def answer(self, anchor: str, at: Point, session: CccSession, block: int) -> Measurement | None:
        """What the anchor measures, its time aside; None: nothing was heard."""
        ...


class MemoryAnchor(RangingAnchor):
    """``clock_us`` ahead of the bench's clock. ``fails`` is raised at the next start."""

    def __init__(self, clock: Clock, name: str, at: Point, ranged: Ranged, clock_us: int) -> None:
        self.clock, self.name, self.at, self.ranged = clock, name, at, ranged
        self._ahead_us = clock_us
        self.sessions: list[MemorySession] = []
        self.fails: DriverError | None = None
        self.takes_s = 0.0  # to start

    def time_us(self) -> int:
        return self.clock.now_ns() // 1000 + self._ahead_us

    def start(self, session: Session) -> RangingSession:
        if self.fails is not None:
            fails, self.fails = self.fails, None
            raise fails
        assert isinstance(session, CccSession)
        self.clock.sleep(self.takes_s)
        running = [each.session.session_id for each in self.sessions if not each.stopped]
        assert session.session_id not in running, "the id is in use"
        begun = MemorySession(self, session)
        self.sessions.append(begun)
        return begun

    @property
    def ranging(self) -> bool:
        return any(not session.stopped for session in self.sessions)

    def time_ns(self, anchor_us: int) -> int:
        """The bench's time at a reading of this clock."""
        return (anchor_us - self._ahead_us) * 1000

    def identity(self) -> Identity:
        return Identity()

    def close(self) -> None:
        for session in self.sessions:
            session.stop()


class MemorySession(RangingSession):
    """Blocks come by the bench's time, 5 ms after they began."""

    def __init__(self, anchor: MemoryAnchor, session: CccSession) -> None:
        self._anchor, self.session = anchor, session
        self._results: deque[Measurement] = deque()
        self._notify: Callable[[], None] = lambda: None
        self._bell = anchor.clock.bell()
        self.stopped = False
        self.ends: DriverError | None = None
        anchor.clock.thread(self._run, f"session on {anchor.name}")

    def next(self, timeout_s: float) -> Measurement | None:
        assert timeout_s == 0
        if self._results:
            return self._results.popleft()
        if self.ends is not None:
            raise self.ends
        return None

    def on_result(self, notify: Callable[[], None]) -> None:
        self._notify = notify
        if self._results or self.ends is not None:
            notify()

    def stop(self) -> None:
        self.stopped = True
        self._bell.ring()

    def end(self, reason: int | None) -> None:
        """By the radio itself, or because it is gone."""
        gone = LinkLost("unplugged", device=self._anchor.name)
        self.ends = gone if reason is None else RangingEnded("ended", reason)
        self._notify()

    def put(self, measured: Measurement) -> None:
        self._results.append(measured)
        self._notify()

    def _run(self) -> None:
        clock, session = self._anchor.clock, self.session
        block = 0
        while not self.stopped and self.ends is None:
            t_ns = self._anchor.time_ns(session.time0_us) + block * session.block_ms * 1_000_000
            wait_s = (t_ns + 5_000_000 - clock.now_ns()) / 1e9
            if wait_s > 0:
                self._bell.wait(wait_s)
                continue
            self._measure(block)
            block += 1

    def _measure(self, block: int) -> None:
        session, now_ns = self.session, self._anchor.clock.now_ns()
        index = session.sts_index0 + block * session.sts_per_block + 1
        found = self._anchor.ranged.answer(self._anchor.name, self._anchor.at, session, block)
        if found is None:
            found = Measurement(now_ns, 0, RangeStatus.NO_ANSWER, 3)
        self.put(
            Measurement(
                now_ns,
                0,
                found.status,
                found.code,
                found.distance_m,
                sts_index=found.sts_index or index,
                block=block if found.block is None else found.block,
            )
        )
