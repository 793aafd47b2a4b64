"""Answers of a Modbus server that are well formed and wrong, one request each."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from drivers.api.errors import DeviceRefused, DriverError, FrameError, LinkTimeout
from drivers.relay.modbus import ModbusTcpBoard

READ, WRITE = 1, 5
NOTHING_ON = "010100"  # function 1, one octet of coils


class Server:
    """Answers requests by their function; what it was asked is in ``asked``."""

    def __init__(self, stack: ExitStack) -> None:
        self.answers = {READ: NOTHING_ON}
        self.asked: list[int] = []
        self._listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        host, port = self._listener.getsockname()
        self.address = f"{host}:{port}"
        thread = threading.Thread(target=self._serve)
        thread.start()
        stack.callback(thread.join)
        stack.callback(lambda: self._listener.shutdown(socket.SHUT_RDWR))

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                with peer:
                    while heard := peer.recv(260):
                        self.asked.append(heard[7])
                        pdu = bytes.fromhex(self.answers.get(heard[7], ""))
                        if pdu:
                            head = heard[:4] + (len(pdu) + 1).to_bytes(2, "big") + heard[6:7]
                            peer.sendall(head + pdu)


@pytest.fixture
def server() -> Iterator[Server]:
    with ExitStack() as stack:
        yield Server(stack)


WRONG: dict[str, tuple[str, type[DriverError], str]] = {
    "echo of another coil": ("05 0003 ff00", FrameError, r"says \[True\] of coil 3"),
    "echo of the other state": ("05 0002 0000", FrameError, r"says \[False\] of coil 2"),
    "answer to a reading": ("01 01 04", FrameError, "one to function 0x01"),
    "gateway's: unit does not answer": ("85 0b", LinkTimeout, "no answer from unit 1"),
    "gateway's: no path": ("85 0a", DeviceRefused, "gateway path unavailable"),
    "a code that no book knows": ("85 77", DeviceRefused, "0x77"),
}


@pytest.mark.parametrize(("answer", "kind", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_is_told(
    server: Server, answer: str, kind: type[DriverError], said: str
) -> None:
    server.answers[WRITE] = answer
    with ModbusTcpBoard(server.address, (0, 8)) as board, pytest.raises(kind, match=said):
        board.set(3, on=True)
    assert server.asked == [READ, WRITE]


@pytest.mark.parametrize("answer", ["02 01 00", "05 0000 ff00", "01 02 0000", "01 00"])
def test_a_reading_that_is_answered_by_something_else_is_told(server: Server, answer: str) -> None:
    with ModbusTcpBoard(server.address, (0, 8), (0, 8), timeout_s=0.2) as board:
        server.answers = {READ: answer, 2: "01 01 00"}
        with pytest.raises(FrameError):
            board.states()
        with pytest.raises(FrameError):
            board.inputs()


def test_a_request_without_an_answer_is_not_sent_again(server: Server) -> None:
    with ModbusTcpBoard(server.address, (0, 8), timeout_s=0.2) as board:
        with pytest.raises(LinkTimeout):
            board.set(1, on=True)
        assert server.asked == [READ, WRITE]
