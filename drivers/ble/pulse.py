"""Whether a controller still answers: by the commands it is given, and by one when it is silent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from drivers.api.errors import DriverError, LinkLost, LinkTimeout

ANSWER_S = 5.0
"""For a command to be answered. A reset of a USB controller takes up to a second."""

SILENCE_S = 10.0
"""Without any packet, after which the controller is asked for a sign of life."""

_COMMAND, _EVENT = 0x01, 0x04
_COMPLETE, _STATUS, _HARDWARE_ERROR = 0x0E, 0x0F, 0x10


class Pulse:
    """Listens to a line's packets, in the loop's own thread.

    ``probe`` sends any command; ``dead`` is told once, and why.
    """

    def __init__(self, probe: Callable[[], None], dead: Callable[[DriverError], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._probe, self._dead = probe, dead
        self._answer: asyncio.TimerHandle | None = None
        self._heard_s = self._loop.time()
        self._silence = self._loop.call_later(SILENCE_S, self._look)

    def sent(self, packet: bytes) -> None:
        """A packet goes to the controller."""
        if packet[:1] == bytes((_COMMAND,)) and self._answer is None:
            self._answer = self._loop.call_later(ANSWER_S, self._late)

    def received(self, packet: bytes) -> None:
        """A packet came from it."""
        self._heard_s = self._loop.time()
        if len(packet) < 2 or packet[0] != _EVENT:
            return
        if packet[1] in (_COMPLETE, _STATUS) and self._answer is not None:
            self._answer.cancel()
            self._answer = None
        elif packet[1] == _HARDWARE_ERROR:
            self._dead(LinkLost(f"the controller reports a hardware error: {packet[3:].hex()}"))

    def stop(self) -> None:
        """Listen no more. Idempotent."""
        self._silence.cancel()
        if self._answer is not None:
            self._answer.cancel()

    def _late(self) -> None:
        self._dead(LinkTimeout(f"the controller has not answered a command in {ANSWER_S:g} s"))

    def _look(self) -> None:
        quiet_s = self._loop.time() - self._heard_s
        if quiet_s >= SILENCE_S * 0.99:
            self._probe()
            quiet_s = 0.0
        self._silence = self._loop.call_later(SILENCE_S - quiet_s, self._look)
