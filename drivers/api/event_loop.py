"""An asyncio loop in a thread of its own, whose time is a clock's.

Only here and where Bluetooth is does asyncio live; everybody else calls and waits.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from drivers.api.clock import Bell, Clock
from drivers.api.errors import DriverError, LinkLost, LinkTimeout

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for callers that wait. ``name`` is the thread's.

    ``clock`` may be a virtual one: the loop then serves no file descriptors, only timers and what
    other threads ask for.
    """

    def __init__(self, clock: Clock, name: str, *, files: bool = False) -> None:
        """``files``: whether it has to serve file descriptors; such a loop runs on real time."""
        self.clock = clock
        self._name = name
        self._closed = False
        self.loop: asyncio.AbstractEventLoop
        self.loop = asyncio.SelectorEventLoop() if files else ClockedLoop(clock)
        self._thread = clock.thread(self._run, name)

    def call(self, work: Coroutine[Any, Any, T], timeout_s: float, doing: str = "") -> T:
        """Run a coroutine in the loop and return what it returns, or raise what it raises.

        Raises LinkTimeout when it takes longer, which cancels it; LinkLost when the loop is closed.
        Not from the loop's own thread.
        """
        if self._closed:
            work.close()
            raise LinkLost(f"{self._name} is closed")
        bell = self.clock.bell()
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        future.add_done_callback(lambda _done: bell.ring())
        if not future.done() and not bell.wait(timeout_s) and not future.done():
            future.cancel()
            raise LinkTimeout(f"{doing or 'it'} took longer than {timeout_s:g} s")
        return future.result()

    def post(self, work: Callable[[], None]) -> None:
        """Have ``work`` done in the loop's thread, soon; nothing happens once it is closed."""
        if self._closed:
            return
        try:
            self.loop.call_soon_threadsafe(work)
        except RuntimeError:  # closed meanwhile
            return

    def close(self) -> None:
        """Cancel what runs, end the loop and its thread. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self._wind_up()

    def _wind_up(self) -> None:
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            ended = asyncio.gather(*tasks, return_exceptions=True)
            self.loop.run_until_complete(ended)
        self.loop.close()


class ClockedLoop(asyncio.SelectorEventLoop):
    """An event loop on a clock's time. It has no file descriptors to wait for."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._bell = clock, clock.bell()
        super().__init__(_BellSelector(self._bell))

    def time(self) -> float:
        return self._clock.now_ns() / 1e9

    def _write_to_self(self) -> None:
        """Called by asyncio from other threads, to wake the loop."""
        self._bell.ring()


class _BellSelector(selectors.BaseSelector):
    """Waits for a bell in the place of files; asyncio registers its own wake-up pipe, unused."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        if self._keys:
            raise DriverError("this loop serves no file descriptors")
        key = selectors.SelectorKey(fileobj, 0, events, data)
        self._keys[fileobj] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            self._bell.wait(timeout)
        return []

    def get_map(self) -> Any:
        return {key.fileobj: key for key in self._keys.values()}

    def close(self) -> None:
        self._keys.clear()
