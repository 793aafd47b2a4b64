"""The chip's serial line: the master side of a pseudo-terminal, and all its waiting."""

from __future__ import annotations

import os
import pty
import select
import socket
import termios
import tty

_CHUNK = 4096
_FULL_S = 0.1  # for a host that does not read
_SPEEDS = {
    getattr(termios, f"B{baud}"): baud
    for baud in (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
}


class Interrupted(Exception):
    """The host spoke, or the line was pulled, while the chip was busy."""


class Line:
    """There while plugged in. The chip's thread does everything but ``wake``.

    The slave side stays open, so that hosts may come, go, and open it at another speed.
    """

    def __init__(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._waker, self._woken = socket.socketpair()
        self._calls = (self._master, self._woken.fileno())

    def wake(self) -> None:
        """End any waiting, now and from here on."""
        self._waker.send(b"!")

    def read(self, within_s: float) -> bytes:
        """What the host has sent by then."""
        if self._master not in select.select(self._calls, [], [], within_s)[0]:
            return b""
        try:
            return os.read(self._master, _CHUNK)
        except OSError:
            return b""

    def wait(self, waited_for: socket.socket | None, within_s: float) -> bool:
        """Whether this can be read in time; raises Interrupted when the host comes first."""
        own = [] if waited_for is None else [waited_for.fileno()]
        ready = select.select([*own, *self._calls], [], [], within_s)[0]
        if own and own[0] in ready:
            return True
        if ready:
            raise Interrupted
        return False

    def send(self, data: bytes) -> None:
        """Send to the host; what nobody takes is lost."""
        try:
            while data and select.select([], [self._master], [], _FULL_S)[1]:
                data = data[os.write(self._master, data) :]
        except OSError:
            return

    @property
    def speed(self) -> int:
        """What the host has its side of the line set to, in baud; 0 for something unusual."""
        return _SPEEDS.get(termios.tcgetattr(self._master)[5], 0)

    def close(self) -> None:
        """Pull it out."""
        os.close(self._master)
        os.close(self._slave)
        self._waker.close()
        self._woken.close()
