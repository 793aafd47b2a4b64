"""The lines a virtual chip can be behind: a TCP address, and a pseudo-terminal."""

from __future__ import annotations

import abc
import os
import pty
import select
import socket
import tty

_CHUNK = 65536
_AHEAD = 8192  # octets


class Socket(abc.ABC):
    """One plugged-in line. Reading and sending may find that the host has gone."""

    @abc.abstractmethod
    def attached(self, wait_s: float) -> bool:
        """Whether a host is there, or came in time."""

    @abc.abstractmethod
    def ready(self, wait_s: float | None) -> bool:
        """Whether there is something to read, or came in time; None waits for ever."""

    def wake(self) -> None:  # noqa: B027 - not all wait for long
        """End the waiting of the chip's thread, which is to look whether it has to stop."""

    @abc.abstractmethod
    def read(self) -> bytes:
        """What is there; b"" when the host has gone."""

    @abc.abstractmethod
    def send(self, data: bytes) -> None:
        """Send to the host; what nobody takes is lost."""

    @abc.abstractmethod
    def close(self) -> None:
        """Pull it out. Idempotent."""


class TcpSocket(Socket):
    """A listening socket, one host at a time. Port 0 takes a free one."""

    def __init__(self, port: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self._peer: socket.socket | None = None
        self.port: int = self._listener.getsockname()[1]

    def attached(self, wait_s: float) -> bool:
        if self._peer is None:
            if not select.select([self._listener], [], [], wait_s)[0]:
                return False
            self._peer, _ = self._listener.accept()
            self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A chip that runs freely must not be far ahead of its host's commands.
            self._peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _AHEAD)
        return True

    def ready(self, wait_s: float | None) -> bool:
        return bool(self._peer and select.select([self._peer], [], [], wait_s)[0])

    def read(self) -> bytes:
        try:
            data = self._peer.recv(_CHUNK) if self._peer else b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def send(self, data: bytes) -> None:
        try:
            if self._peer:
                self._peer.sendall(data)
        except OSError:
            self._hang_up()

    def close(self) -> None:
        self._listener.close()
        self._hang_up()

    def _hang_up(self) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            peer.close()


class PtySocket(Socket):
    """A pseudo-terminal; ``path`` is what the host opens. It is there while plugged in."""

    def __init__(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._open = True

    def attached(self, wait_s: float) -> bool:
        del wait_s  # whether somebody listens cannot be told
        return self._open

    def ready(self, wait_s: float | None) -> bool:
        return bool(select.select([self._master], [], [], wait_s)[0])

    def read(self) -> bytes:
        try:
            return os.read(self._master, _CHUNK)
        except OSError:
            return b""

    def send(self, data: bytes) -> None:
        try:
            while data:
                select.select([], [self._master], [], 0.1)
                data = data[os.write(self._master, data) :]
        except OSError:
            return  # a terminal that nobody reads is full: as on a real one, the rest is lost

    def close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._master)
            os.close(self._slave)
