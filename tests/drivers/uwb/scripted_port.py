"""A port whose other side is written down in the test."""

from __future__ import annotations

import queue
from collections.abc import Callable

from drivers.api.errors import DriverError, LinkLost
from drivers.api.uwb import UciPort
from drivers.uwb.uci.opcodes import Message

Reply = Callable[[bytes], "list[bytes]"]


class ScriptedPort(UciPort):
    """``reply`` turns each frame that is sent into what comes back; ``send`` speaks unasked."""

    def __init__(self, reply: Reply) -> None:
        self.sent: list[bytes] = []
        self._reply = reply
        self._coming: queue.SimpleQueue[bytes | DriverError] = queue.SimpleQueue()

    def read(self, timeout_s: float) -> bytes:
        try:
            found = self._coming.get(timeout=timeout_s)
        except queue.Empty:
            return b""
        if isinstance(found, DriverError):
            raise found
        return found

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        for one in self._reply(data):
            self._coming.put(one)

    def send(self, data: bytes) -> None:
        self._coming.put(data)

    def break_off(self) -> None:
        self._coming.put(LinkLost("pulled"))

    def close(self) -> None:
        self._coming.put(LinkLost("closed"))


class Kept:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.messages: queue.SimpleQueue[tuple[int, Message]] = queue.SimpleQueue()
        self.losses: queue.SimpleQueue[DriverError] = queue.SimpleQueue()

    def deliver(self, t_ns: int, message: Message) -> None:
        self.messages.put((t_ns, message))

    def lose(self, why: DriverError) -> None:
        self.losses.put(why)
