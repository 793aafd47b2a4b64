"""The line between a device and its host: USB/IP on a socket, transfers in and out."""

from __future__ import annotations

import errno
import socket
import threading
from collections import deque
from contextlib import suppress

from drivers.api.errors import FrameError
from drivers.sim.usbip.function import Setup, Stalled, UsbFunction
from drivers.sim.usbip.messages import Submit, Unlink, receive, returned, unlinked

_BACKLOG = 1 << 16  # octets that a host may leave untaken on an endpoint; what is beyond is lost


class InEndpoint:
    """One IN endpoint: either the host waits for data here, or data for the host."""

    def __init__(self) -> None:
        self._asking: deque[Submit] = deque()
        self._waiting: deque[bytes] = deque()

    def ask(self, submit: Submit) -> list[bytes]:
        """The host asks; the answers that can be given now."""
        self._asking.append(submit)
        return self._matched()

    def put(self, data: bytes) -> list[bytes]:
        """The device sends; the answers that can be given now."""
        if data and sum(map(len, self._waiting)) + len(data) <= _BACKLOG:
            self._waiting.append(data)
        return self._matched()

    def take_back(self, sequence: int) -> bool:
        """Whether a transfer was still waiting here; it is not any more."""
        found = [submit for submit in self._asking if submit.sequence == sequence]
        for submit in found:
            self._asking.remove(submit)
        return bool(found)

    def _matched(self) -> list[bytes]:
        """Each transfer ends with a message's end, or when it is full (USB 2.0, 5.8.3)."""
        answers = []
        while self._asking and self._waiting:
            submit, data = self._asking.popleft(), self._waiting.popleft()
            answers.append(returned(submit, data=data[: submit.length]))
            if rest := data[submit.length :]:
                self._waiting.appendleft(rest)
        return answers


class UsbLine:
    """Serves a function on the device's end of a socket, in a thread of its own, until it ends."""

    def __init__(self, function: UsbFunction, end: socket.socket) -> None:
        self._function, self._socket = function, end
        self._lock = threading.Lock()
        self._endpoints: dict[int, InEndpoint] = {}
        function.send = self._send
        self._thread = threading.Thread(target=self._run, name="usbip-line", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; returns when it has ended. Idempotent."""
        with suppress(OSError):  # the host has ended it first
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        try:
            while True:
                message = receive(self._read)
                if isinstance(message, Unlink):
                    self._take_back(message)
                elif message.endpoint == 0:
                    self._control(message)
                elif message.inward:
                    self._ask(message)
                else:
                    self._take(message)
        except (EOFError, OSError, FrameError):
            return  # pulled out, or a host that no device can talk to: to it, that is the same
        finally:
            self._socket.close()
            self._function.ended()

    def _control(self, submit: Submit) -> None:
        try:
            data = self._function.control(Setup.parse(submit.setup), submit.data)
        except Stalled:
            self._give(returned(submit, -errno.EPIPE))
        else:
            self._give(returned(submit, data=data[: submit.length]))

    def _take(self, submit: Submit) -> None:
        try:
            self._function.take(submit.endpoint, submit.data)
        except Stalled:
            self._give(returned(submit, -errno.EPIPE))
        else:
            self._give(returned(submit))

    def _ask(self, submit: Submit) -> None:
        try:
            self._function.asked(submit.endpoint)
        except Stalled:
            self._give(returned(submit, -errno.EPIPE))
            return
        with self._lock:
            endpoint = self._endpoints.setdefault(submit.endpoint, InEndpoint())
            self._write(endpoint.ask(submit))

    def _send(self, number: int, data: bytes) -> None:
        with self._lock, suppress(OSError):  # nobody is there any more
            self._write(self._endpoints.setdefault(number, InEndpoint()).put(data))

    def _take_back(self, unlink: Unlink) -> None:
        with self._lock:
            waiting = [e for e in self._endpoints.values() if e.take_back(unlink.target)]
            self._write([unlinked(unlink, -errno.ECONNRESET if waiting else 0)])

    def _give(self, answer: bytes) -> None:
        with self._lock:
            self._write([answer])

    def _write(self, answers: list[bytes]) -> None:
        for answer in answers:
            self._socket.sendall(answer)

    def _read(self, count: int) -> bytes:
        octets = bytearray()
        while len(octets) < count:
            chunk = self._socket.recv(count - len(octets))
            if not chunk:
                raise EOFError
            octets += chunk
        return bytes(octets)
