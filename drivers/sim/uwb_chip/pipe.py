"""A pipe of bytes between a chip and a host in one process, waited on by a clock's bells."""

from __future__ import annotations

import threading

from drivers.api.clock import Clock
from drivers.api.errors import DeviceNotFound, LinkLost
from drivers.api.uwb import UciPort
from drivers.sim.uwb_chip.sockets import Socket


class PipeSocket(Socket):
    """The chip's end. One host at a time; pulled out, its host's line is lost."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bell = clock.bell()
        self._lock = threading.Lock()
        self._heard = bytearray()
        self._port: PipePort | None = None
        self._pulled = False

    def connect(self) -> PipePort:
        """The host's end. Raises DeviceNotFound where it is pulled out, or a host is there."""
        with self._lock:
            if self._pulled:
                raise DeviceNotFound("the chip is unplugged")
            if self._port is not None:
                raise DeviceNotFound("another host is connected")
            self._heard.clear()
            port = self._port = PipePort(self, self._clock)
        self._bell.ring()
        return port

    def attached(self, wait_s: float) -> bool:
        del wait_s  # somebody rings when a host comes, or when it is pulled out
        if self._port is None:
            self._bell.wait()
        return self._port is not None

    def ready(self, wait_s: float | None) -> bool:
        if not self._heard and (wait_s is None or wait_s > 0):
            self._bell.wait(wait_s)
        return bool(self._heard)

    def wake(self) -> None:
        self._bell.ring()

    def read(self) -> bytes:
        with self._lock:
            data = bytes(self._heard)
            self._heard.clear()
            return data

    def send(self, data: bytes) -> None:
        if (port := self._port) is not None:
            port.take(data)

    def close(self) -> None:
        with self._lock:
            self._pulled = True
            port, self._port = self._port, None
        if port is not None:
            port.lose()

    def hear(self, port: PipePort, data: bytes) -> None:
        """The host has written. Raises LinkLost when it is not this one that is connected."""
        with self._lock:
            if self._port is not port:
                raise LinkLost("the pipe is gone")
            self._heard += data
        self._bell.ring()

    def leave(self, port: PipePort) -> None:
        """The host has let go."""
        with self._lock:
            if self._port is port:
                self._port = None


class PipePort(UciPort):
    """The host's end. Whoever comes back to ``read`` is done with what it has read."""

    def __init__(self, socket: PipeSocket, clock: Clock) -> None:
        self._socket = socket
        self._bell = clock.bell()
        self._lock = threading.Lock()
        self._waiting = bytearray()
        self._gone = ""

    def read(self, timeout_s: float) -> bytes:
        if not self._waiting and not self._gone:
            self._bell.wait(timeout_s)
        with self._lock:
            data = bytes(self._waiting)
            self._waiting.clear()
        if not data and self._gone:
            raise LinkLost(self._gone)
        return data

    def write(self, data: bytes) -> None:
        self._socket.hear(self, data)

    def close(self) -> None:
        self._socket.leave(self)
        self._end("the pipe is closed")

    def take(self, data: bytes) -> None:
        """The chip has sent."""
        with self._lock:
            self._waiting += data
        self._bell.ring()

    def lose(self) -> None:
        """The chip was pulled out; what it had sent can still be read."""
        self._end("the chip was unplugged")

    def _end(self, why: str) -> None:
        with self._lock:
            self._gone = self._gone or why
        self._bell.ring()
