"""Reconciliation in the background: asked for after each visit, never in a visit's way."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rig.key_server.errors import KeyServerError
from rig.vehicle.visit import bench_error

_NAME = "telematics"


class SyncLoop:
    """One thread that reconciles when it is asked to.

    ``fault`` is what kept the latest time from succeeding: what the key server said, or else the
    bench's or the rig's own error. Requests that come while one is under way are served together by
    one more.
    """

    def __init__(self, sync: Callable[[], object]) -> None:
        self.fault: Exception | None = None
        self._sync = sync
        self._state = threading.Condition()
        self._asked = self._busy = self._stopping = False
        self._thread = threading.Thread(target=self._run, name=_NAME, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the loop; a request that was not begun is dropped."""
        with self._state:
            self._stopping = True
            self._state.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def request(self) -> None:
        """Reconcile soon; returns at once."""
        with self._state:
            self._asked = True
            self._state.notify_all()

    def settle(self, timeout_s: float) -> bool:
        """Wait until nothing is asked for; whether that was so in time."""
        with self._state:
            return self._state.wait_for(
                lambda: (
                    self._stopping or not self._thread.is_alive() or not (self._asked or self._busy)
                ),
                timeout_s,
            )

    def forget(self) -> None:
        """What went wrong is no matter of what comes next."""
        self.fault = None

    def _run(self) -> None:
        while self._next():
            try:
                self._sync()
                self.fault = None
            except Exception as exc:  # noqa: BLE001 - told again with the next request
                self.fault = exc if isinstance(exc, KeyServerError) else bench_error(exc, _NAME)
            finally:
                with self._state:
                    self._busy = False
                    self._state.notify_all()

    def _next(self) -> bool:
        with self._state:
            self._state.wait_for(lambda: self._asked or self._stopping)
            self._busy, self._asked = not self._stopping, False
            return not self._stopping
