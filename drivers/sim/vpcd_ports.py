"""Loopback ports for vpcd, reserved so that nobody else gets them while we live."""

from __future__ import annotations

import random
import socket

from drivers.api.errors import DriverUnavailable

# Below every usual ephemeral range, above what services use.
_FIRST, _LAST = 20_000, 32_000
_ATTEMPTS = 500


class PortPair:
    """Two consecutive free ports, as one vpcd entry needs.

    They are bound here and never listened on. Bound without SO_REUSEADDR, so that the binding
    fails when anybody has them, another rig included; then given SO_REUSEADDR, which lets vpcd,
    which sets it too, listen on them all the same, again after every restart.
    """

    def __init__(self) -> None:
        chance = random.SystemRandom()
        for _ in range(_ATTEMPTS):
            self.first = chance.randrange(_FIRST, _LAST, 2)
            self._held: list[socket.socket] = []
            try:
                self._hold(self.first)
                self._hold(self.first + 1)
            except OSError:  # taken: try elsewhere
                self.release()
                continue
            return
        raise DriverUnavailable(f"no two free ports between {_FIRST} and {_LAST}")

    def _hold(self, port: int) -> None:
        held = socket.socket()
        self._held.append(held)
        held.bind(("", port))  # vpcd binds every address, so every address must be free
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def release(self) -> None:
        """Give the ports back. Idempotent."""
        for held in self._held:
            held.close()
        self._held.clear()
