"""One thread in which everything of passive entry happens, so that nothing of it needs a lock.

Radios and anchors only post into it. What has to wait for hardware, or for a phone that is spoken
to synchronously, is done *aside*, in a thread of its own that hands back what came of it.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from drivers.api.clock import Clock

T = TypeVar("T")
Work = Callable[[], None]
Blame = Callable[[Exception], None]


class Timer:
    """Work at a time. Cancelled, it is never done."""

    def __init__(self, work: Work) -> None:
        self.work: Work | None = work

    def cancel(self) -> None:
        """Idempotent, and without effect once it was done."""
        self.work = None


class Agenda:
    """The thread and its queue. ``broken`` is told of an exception that has no other owner."""

    def __init__(self, clock: Clock, name: str, broken: Blame) -> None:
        self.clock = clock
        self._name, self._broken = name, broken
        self._bell = clock.bell()
        self._lock = threading.Lock()
        self._queue: deque[Work] = deque()
        self._timers: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()
        self._running = self._stopping = False
        self._ended = clock.bell()

    def start(self) -> None:
        """Begin; again after a stop, if need be."""
        self._stopping, self._running = False, True
        self.clock.thread(self._run, self._name)

    def stop(self) -> None:
        """Do what is in the queue, and end; returns when it has. Not from the agenda itself."""
        with self._lock:
            if not self._running or self._stopping:
                return
            self._stopping = True
        self._bell.ring()
        self._ended.wait()

    def post(self, work: Work) -> bool:
        """Have it done soon; any thread. No: the agenda does not run, and nothing will happen."""
        with self._lock:
            if not self._running:
                return False
            self._queue.append(work)
        self._bell.ring()
        return True

    def after(self, delay_s: float, work: Work) -> Timer:
        """Have it done that much later. From the agenda's own thread."""
        timer = Timer(work)
        due_ns = self.clock.now_ns() + round(delay_s * 1e9)
        heapq.heappush(self._timers, (due_ns, next(self._order), timer))
        return timer

    def later(self, delay_s: float, work: Work) -> None:
        """As ``after``, for what nobody cancels."""
        self.after(delay_s, work)

    def ask(self, work: Callable[[], T]) -> T:
        """Have it done and return what it returns, or raise what it raises. From other threads."""
        bell, found = self.clock.bell(), _Found()

        def answer() -> None:
            found.fill(work)
            bell.ring()

        with self._lock:
            here = not self._running
            if not here:
                self._queue.append(answer)
        if here:
            return work()
        self._bell.ring()
        bell.wait()
        value: T = found.get()
        return value

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except Exception as exc:  # noqa: BLE001 - nothing may end passive entry unseen
                self._broken(exc)
        self._ended.ring()

    def _next(self) -> Work | None:
        """What to do now; waits for it. None: the end."""
        while True:
            with self._lock:
                if self._queue:
                    return self._queue.popleft()
                if self._stopping:
                    self._running = False
                    self._timers.clear()
                    return None
            if (due := self._due()) is not None:
                return due
            wait_ns = self._timers[0][0] - self.clock.now_ns() if self._timers else None
            self._bell.wait(None if wait_ns is None else wait_ns / 1e9)

    def _due(self) -> Work | None:
        while self._timers and self._timers[0][0] <= self.clock.now_ns():
            timer = heapq.heappop(self._timers)[2]
            if timer.work is not None:
                return timer.work
        return None


class Duties:
    """An agenda as one owner uses it: who is to blame, and until when anything is done."""

    def __init__(self, agenda: Agenda, blame: Blame) -> None:
        self._agenda, self._blame = agenda, blame
        self._over = False

    def end(self) -> None:
        """Do nothing any more: neither timers, nor what comes back from aside."""
        self._over = True

    def post(self, work: Work) -> None:
        """As Agenda.post."""
        self._agenda.post(lambda: self._do(work))

    def after(self, delay_s: float, work: Work) -> Timer:
        """As Agenda.after."""
        return self._agenda.after(delay_s, lambda: self._do(work))

    def aside(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Blame,
        where: str | Agenda = "aside",
        late: Callable[[T], None] = lambda _found: None,
    ) -> None:
        """Do ``work`` in another thread; ``then`` or ``failed`` in the agenda's.

        ``where`` is the name of a thread of its own, or another agenda that does things in order.
        ``late`` takes what came of it when the owner has ended meanwhile.
        """
        found = _Found()

        def outside() -> None:
            found.fill(work)
            self._agenda.post(back)

        def back() -> None:
            if self._over and found.error is None:
                late(found.get())
            self._do(lambda: then(found.get()) if found.error is None else failed(found.error))

        if isinstance(where, str):
            self._agenda.clock.thread(outside, where)
        else:
            where.post(outside)

    def _do(self, work: Work) -> None:
        if self._over:
            return
        try:
            work()
        except Exception as exc:  # noqa: BLE001 - it belongs to its owner
            self._blame(exc)


class _Found:
    """What came of work in another thread."""

    def __init__(self) -> None:
        self.value: Any = None
        self.error: Exception | None = None

    def fill(self, work: Callable[[], Any]) -> None:
        try:
            self.value = work()
        except Exception as exc:  # noqa: BLE001 - raised again where it was asked for
            self.error = exc

    def get(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value
