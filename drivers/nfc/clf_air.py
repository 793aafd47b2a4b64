"""nfcpy's ISO-DEP with a deadline: it has none of its own, and a card may ask for time for ever."""

from __future__ import annotations

import math
import threading
import time
from typing import Any

from drivers.api.errors import LinkLost, LinkTimeout

_STEP_S = 1e-4  # a PN53x waits this long times a power of two


class Air:
    """Stands where nfcpy's tags expect their front end; every block passes here."""

    def __init__(self, front_end: Any, stop: threading.Event) -> None:
        self._front_end, self._stop = front_end, stop
        self._deadline_ns = 0
        self._waits_s = 0.0

    def begin(self, within_s: float) -> None:
        """What follows has to be over within this time."""
        self._waits_s = within_s
        self._deadline_ns = time.perf_counter_ns() + round(within_s * 1e9)

    def exchange(self, data: bytes, timeout: float) -> bytes:
        """Send a block and return the answer. Raises nfcpy's errors, and ours when time is up."""
        if self._stop.is_set():
            raise LinkLost("the reader was closed")
        left_s = (self._deadline_ns - time.perf_counter_ns()) / 1e9
        if left_s < _STEP_S:
            raise LinkTimeout(f"no answer within {self._waits_s:g} s")
        if timeout > left_s:  # nfcpy rounds up, which could double it
            timeout = _STEP_S * 2 ** math.floor(math.log2(left_s / _STEP_S))
        answer: bytes = self._front_end.exchange(data, timeout)
        return answer
