"""The way from the block protocol to the chip's applications, which take the time they take."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

from drivers.sim.vpcd_visit import (
    POWER_ON,
    RESET,
    VpcdVisit,
    receive_message,
    send_message,
)
from drivers.sim.world import ChipCard

Wait = Callable[[socket.socket, float], bool]
"""Whether there is something to read from this socket within so many seconds."""

MUTE = b""


def ready_within(waited_for: socket.socket, timeout_s: float) -> bool:
    """A Wait that nothing interrupts."""
    return bool(select.select([waited_for], [], [], timeout_s)[0])


class _Visit(VpcdVisit):
    """Says so when the card does not answer: over the air, working and mute are two things."""

    def _answer(self, message: bytes) -> bytes | None:
        answer = super()._answer(message)
        return MUTE if answer is None and len(message) > 1 else answer


class Application:
    """APDUs to a card in the field and its answers, which may come later than anybody waits.

    ``end`` may be called by any thread, everything else by the reader's alone.
    """

    def __init__(self, card: ChipCard, wait: Wait = ready_within) -> None:
        self._card, self._wait = card, wait
        self._working = False
        self._near, self._visit = self._begin()

    @property
    def working(self) -> bool:
        """Whether an answer is due that nobody has taken yet."""
        return self._working

    def reset(self) -> None:
        """Begin anew, as when it is selected again; a late answer is thrown away."""
        if not self._working:
            send_message(self._near, RESET)
            return
        self.close()
        self._working = False
        self._near, self._visit = self._begin()

    def ask(self, apdu: bytes) -> None:
        """Hand over a command APDU of two octets or more."""
        self._working = send_message(self._near, apdu)

    def answer(self, within_s: float) -> bytes | None:
        """The answer; MUTE where there will be none; None where it has not come in time."""
        if not self._working:
            return MUTE
        if not self._wait(self._near, within_s):
            return None
        self._working = False
        return receive_message(self._near) or MUTE

    def end(self) -> None:
        """The card has left, or its power has. Returns at once."""
        self._visit.end()

    def close(self) -> None:
        """End it and let go of what it holds."""
        self._visit.end()
        self._near.close()

    def _begin(self) -> tuple[socket.socket, VpcdVisit]:
        near, far = socket.socketpair()
        visit = _Visit(self._card, lambda _ended: far)
        send_message(near, POWER_ON)
        return near, visit
