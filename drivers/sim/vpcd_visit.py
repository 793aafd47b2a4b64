"""One virtual card's stay in a reader, behind a socket that speaks vpcd's protocol.

Each message either way is a 16-bit length and a body. From the reader, a body of one byte is
power off, power on, reset or "tell me your ATR", and only the last is answered; anything longer
is a command APDU. (An APDU of one byte therefore cannot reach a virtual card.)
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

from drivers.sim.world import ChipCard

POWER_OFF, POWER_ON, RESET, GET_ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_LENGTH = struct.Struct(">H")
Connect = Callable[[threading.Event], socket.socket | None]
_serving: dict[int, VpcdVisit] = {}
_serving_lock = threading.Lock()


class VpcdVisit(threading.Thread):
    """Serves a card on a socket until either side ends it.

    ``connect`` is called in the visit's own thread and may wait; it gives up, with None, when
    the event it is handed is set. A card that is taken from one reader to another has two
    visits; the second waits for the first, so that the card sees its power go before it comes
    back.
    """

    def __init__(self, card: ChipCard, connect: Connect) -> None:
        super().__init__(name="card-visit", daemon=True)
        self._card = card
        self._connect = connect
        self._connection: socket.socket | None = None
        self._connecting = threading.Lock()
        self._ended = threading.Event()
        self._powered = False
        with _serving_lock:
            self._before = _serving.get(id(card))
            _serving[id(card)] = self
        self.start()

    def end(self) -> None:
        """Take the card away, also in the middle of an APDU. Returns at once."""
        self._ended.set()
        with self._connecting:
            if self._connection:
                with suppress(OSError):  # the other side ended it first
                    self._connection.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        """Serve; on the thread's own account."""
        if self._before:
            self._before.join()
        try:
            if connection := self._connect(self._ended):
                self._serve(connection)
        finally:
            self._set_power(on=False)
            self._before = None
            with _serving_lock:
                if _serving.get(id(self._card)) is self:
                    del _serving[id(self._card)]

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            with self._connecting:
                if self._ended.is_set():
                    return
                self._connection = connection
            while (message := receive_message(connection)) is not None:
                answer = self._answer(message)
                if answer is not None and not send_message(connection, answer):
                    return

    def _answer(self, message: bytes) -> bytes | None:
        if message == GET_ATR:
            return self._card.atr
        if message == POWER_ON:
            self._set_power(on=True)
        elif message == POWER_OFF:
            self._set_power(on=False)
        elif message == RESET:
            self._set_power(on=False)
            self._set_power(on=True)
        else:
            return self._card.process(message)
        return None

    def _set_power(self, *, on: bool) -> None:
        if on != self._powered:
            self._powered = on
            self._card.power(on=on)


def send_message(connection: socket.socket, body: bytes) -> bool:
    """Send one message; False when the other side has gone."""
    try:
        connection.sendall(_LENGTH.pack(len(body)) + body)
    except ConnectionError:
        return False
    return True


def receive_message(connection: socket.socket) -> bytes | None:
    """Receive one message; None when the other side has gone. TimeoutError as socket has it."""
    try:
        head = _receive(connection, _LENGTH.size)
        return head and _receive(connection, *_LENGTH.unpack(head))
    except ConnectionError:
        return None


def _receive(connection: socket.socket, count: int) -> bytes | None:
    received = b""
    while len(received) < count:
        if connection.family == socket.AF_INET:
            # vpcd sends length and body apart and leaves Nagle on: unless the length is
            # acknowledged at once, each APDU takes 40 ms. The option wears off, so set it anew.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        chunk = connection.recv(count - len(received))
        if not chunk:
            return None
        received += chunk
    return received
