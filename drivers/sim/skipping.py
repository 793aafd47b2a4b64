"""Skips the time in which everybody waits, as a discrete-event simulation does, with threads.

A thread that *takes part* is at work unless it waits on a bell of this clock. When none is at
work, and somebody has allowed it, time moves on to the earliest moment anybody waits for. Whoever
rings a bell counts its waiter as at work before it goes on itself, so nothing falls into a gap.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from drivers.api.clock import Bell

_MOST_DUE = 256  # moments kept, before those that nobody waits for are dropped


class Skipper:
    """The time itself. With ``flows`` it passes as real time does, besides what is skipped.

    Without, it stands still while anybody works: two runs of one seed are the same.
    """

    def __init__(self, *, flows: bool) -> None:
        self._flows = flows
        self._lock = threading.Lock()
        self._offset_ns = 0 if flows else time.perf_counter_ns()
        self._skipped_ns = 0
        self._at_work = 0
        self._allowed = 0
        self._due: list[tuple[int, int, SkippingBell, int]] = []
        self._order = itertools.count()
        self._me = threading.local()

    @property
    def skipped_ns(self) -> int:
        """All that was skipped until now."""
        return self._skipped_ns

    def now_ns(self) -> int:
        """The time now."""
        real_ns = time.perf_counter_ns() if self._flows else self._offset_ns
        return real_ns + self._skipped_ns

    def bell(self) -> Bell:
        """A bell on this time."""
        return SkippingBell(self)

    def sleep(self, duration_s: float) -> None:
        """Wait that long. Where time does not flow, this allows it to be skipped."""
        if self._flows and not self._takes_part:
            time.sleep(duration_s)
        else:
            self.bell().wait(duration_s)

    def thread(self, work: Callable[[], None], name: str) -> threading.Thread:
        """A daemon thread that takes part from now until it ends."""

        def run() -> None:
            self._me.part = True
            try:
                work()
            finally:
                self._me.part = False
                with self._lock:
                    self._rest()

        made = threading.Thread(target=run, name=name, daemon=True)
        with self._lock:
            self._at_work += 1
        try:
            made.start()
        except BaseException:
            with self._lock:
                self._rest()
            raise
        return made

    @contextmanager
    def skipping(self) -> Iterator[None]:
        """Allow skipping, with the calling thread taking part."""
        joins = not self._takes_part
        with self._lock:
            self._allow(1)
            self._at_work += joins
        self._me.part = True
        try:
            yield
        finally:
            with self._lock:
                self._allow(-1)
                if joins:
                    self._me.part = False
                    self._rest()

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """Have the calling thread neither hold the time nor allow it to be skipped."""
        if not self._takes_part:
            yield
            return
        allowed = self._my_scopes
        with self._lock:
            self._allow(-allowed)
            self._rest()
        self._me.part = False
        try:
            yield
        finally:
            with self._lock:
                self._allow(allowed)
                self._at_work += 1
            self._me.part = True

    @property
    def _takes_part(self) -> bool:
        return bool(getattr(self._me, "part", False))

    @property
    def _my_scopes(self) -> int:
        return int(getattr(self._me, "scopes", 0))

    def _allow(self, more: int) -> None:
        self._me.scopes = self._my_scopes + more
        self._allowed += more

    def wait(self, bell: SkippingBell, timeout_s: float | None) -> bool:
        """Block until the bell is rung or its time has come; whether it was rung."""
        if not self._flows and not self._takes_part:
            with self.skipping():
                return self.wait(bell, timeout_s)
        deadline_ns = self._fall_asleep(bell, timeout_s)
        while bell.asleep and not bell.gate.acquire(timeout=self._patience_s(deadline_ns)):
            with self._lock:
                if bell.asleep and deadline_ns is not None and self.now_ns() >= deadline_ns:
                    self._wake(bell)
        with self._lock:
            bell.gate.acquire(blocking=False)  # whoever woke it has left it open
            rung, bell.rung = bell.rung, False
            return rung

    def ring(self, bell: SkippingBell) -> None:
        """Wake who waits for it, or who does so next."""
        with self._lock:
            bell.rung = True
            if bell.asleep:
                self._wake(bell)

    def _fall_asleep(self, bell: SkippingBell, timeout_s: float | None) -> int | None:
        with self._lock:
            if bell.rung:
                return None
            bell.asleep, bell.takes_part = True, self._takes_part
            bell.waits += 1
            deadline_ns = None
            if timeout_s is not None:
                deadline_ns = self.now_ns() + round(max(0.0, timeout_s) * 1e9)
                heapq.heappush(self._due, (deadline_ns, next(self._order), bell, bell.waits))
                self._forget_the_past()
            if bell.takes_part:
                self._rest()
            return deadline_ns

    def _patience_s(self, deadline_ns: int | None) -> float:
        """How long to wait in real time before looking at the clock; -1 is for ever."""
        if deadline_ns is None or not self._flows:
            return -1
        return max(0.0, (deadline_ns - self.now_ns()) / 1e9)

    def _wake(self, bell: SkippingBell) -> None:
        bell.asleep = False
        self._at_work += bell.takes_part
        bell.gate.release()

    def _rest(self) -> None:
        """A thread stops working; the last one that does moves time on, where that is allowed."""
        self._at_work -= 1
        while self._allowed and not self._at_work and self._due:
            deadline_ns, _, bell, number = heapq.heappop(self._due)
            if not bell.asleep or bell.waits != number:
                continue
            self._skipped_ns += max(0, deadline_ns - self.now_ns())
            self._wake(bell)
            if not bell.takes_part:
                return  # whether it is at work cannot be known: it goes on by itself

    def _forget_the_past(self) -> None:
        """Drop what nobody waits for any more, now and then."""
        if len(self._due) > _MOST_DUE:
            kept = [due for due in self._due if due[2].asleep and due[2].waits == due[3]]
            heapq.heapify(kept)
            self._due = kept


class SkippingBell(Bell):
    """A bell on a skipper's time, and how it stands; guarded by the skipper's lock.

    ``gate`` is locked while nobody has woken it.
    """

    def __init__(self, skipper: Skipper) -> None:
        self._skipper = skipper
        self.gate = threading.Lock()
        self.gate.acquire()
        self.asleep = self.rung = self.takes_part = False
        self.waits = 0

    def ring(self) -> None:
        self._skipper.ring(self)

    def wait(self, timeout_s: float | None = None) -> bool:
        return self._skipper.wait(self, timeout_s)
