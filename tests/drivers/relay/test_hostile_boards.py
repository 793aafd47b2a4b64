"""What a relay board says is hostile until it is parsed: our errors come of it, or a state."""

from __future__ import annotations

import os
import pty
import select
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.api.errors import DriverError
from drivers.relay.lcus import LcusRelayBoard
from drivers.relay.modbus import ModbusRtuBoard, ModbusTcpBoard


@contextmanager
def hostile_terminal(octets: bytes) -> Iterator[str]:
    """The path of a serial line at whose other end these octets are the answer to everything."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    stop, stopping = os.pipe()

    def serve() -> None:
        while stop not in (ready := select.select([master, stop], [], [])[0]) and ready:
            os.read(master, 4096)
            os.write(master, octets)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        os.write(stopping, b"!")
        thread.join()
        for descriptor in (master, slave, stop, stopping):
            os.close(descriptor)


@contextmanager
def hostile_server(octets: bytes) -> Iterator[str]:
    """HOST:PORT where these octets are the answer to everything."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve() -> None:
            with suppress(OSError):
                peer, _ = listener.accept()
                with peer:
                    while heard := peer.recv(4096):
                        peer.sendall(octets.replace(b"TT", heard[:2]))

        thread = threading.Thread(target=serve)
        thread.start()
        host, port = listener.getsockname()
        try:
            yield f"{host}:{port}"
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


PDUS = st.one_of(
    st.binary(max_size=40),
    st.builds(lambda f, rest: bytes((f,)) + rest, st.sampled_from([1, 2, 5, 0x81, 0x85, 43]),
              st.binary(max_size=12)),
)  # fmt: skip
HOSTILE = settings(max_examples=40, deadline=None)


def crc16(data: bytes) -> bytes:
    """Modbus over serial line 1.02, appendix B: low octet first."""
    crc = 0xFFFF
    for octet in data:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


@HOSTILE
@given(PDUS, st.booleans())
def test_whatever_an_rtu_line_says_is_our_error_or_a_state(pdu: bytes, framed: bool) -> None:
    frame = b"\x01" + pdu
    with (
        hostile_terminal(frame + crc16(frame) if framed else pdu) as path,
        suppress(DriverError),
        ModbusRtuBoard(path, (0, 8), timeout_s=0.02) as board,
    ):
        assert len(board.states()) == 8
        board.set(1, on=True)


@HOSTILE
@given(PDUS, st.booleans(), st.binary(max_size=3))
def test_whatever_a_server_says_is_our_error_or_a_state(
    pdu: bytes, framed: bool, more: bytes
) -> None:
    head = b"TT\0\0" + (len(pdu) + 1).to_bytes(2, "big") + b"\x01" if framed else b""
    with (
        hostile_server(head + pdu + more) as address,
        suppress(DriverError),
        ModbusTcpBoard(address, (0, 8), timeout_s=0.02) as board,
    ):
        assert len(board.states()) == 8
        board.set(1, on=True)


@HOSTILE
@given(st.one_of(st.binary(max_size=300), st.from_regex(rb"(CH\d{1,9}: ?(ON|OFF) ?\r\n)*")))
@pytest.mark.parametrize("readback", ["text", "octets"])
def test_whatever_an_lcus_board_says_is_our_error_or_a_state(
    readback: Literal["text", "octets"], said: bytes
) -> None:
    with (
        hostile_terminal(said) as path,
        suppress(DriverError),
        LcusRelayBoard(path, 4, readback, timeout_s=0.02) as board,
    ):
        assert len(board.states()) == 4
        board.set(1, on=True)
