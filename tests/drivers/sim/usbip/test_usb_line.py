"""A device on a USB/IP line, as the kernel's host side talks to it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from drivers.api.errors import FrameError
from drivers.sim.usbip.descriptors import About
from drivers.sim.usbip.function import UsbFunction
from drivers.sim.usbip.line import UsbLine
from drivers.sim.usbip.messages import LONGEST, Submit, Unlink, receive
from drivers.sim.usbip.relay_board import HidRelay
from drivers.sim.usbip.uwb_kit import CdcAcm
from tests.contracts.echo_card import PATIENCE_S

PIPE_ERROR, RESET = -32, -104
OUT, IN = 0, 1
GET_DEVICE = bytes.fromhex("80 06 0001 0000 1200")
ABOUT = About(vendor_id=0x1915, product_id=0x520F, make="Qorvo", model="Kit", serial="UWB01")


class Kernel:
    """The host's end of a line, with a serial port at the other unless it is something else."""

    def __init__(self, other: UsbFunction | None = None) -> None:
        self.heard = threading.Event()
        self.words: list[bytes] = []
        self.opened: list[bool] = []
        self.port = CdcAcm(ABOUT, self._hear, self.opened.append)
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(PATIENCE_S)
        self.line = UsbLine(other or self.port, theirs)
        self._sequence = 0

    def _hear(self, data: bytes) -> None:
        self.words.append(data)
        self.heard.set()

    def submit(
        self, endpoint: int, direction: int, length: int, setup: bytes = bytes(8), data: bytes = b""
    ) -> int:
        """Send a transfer; its sequence number."""
        self._sequence += 1
        head = struct.pack(">5I", 1, self._sequence, 1, direction, endpoint)
        self.socket.sendall(head + struct.pack(">5I8s", 0, length, 0, 0, 0, setup) + data)
        return self._sequence

    def unlink(self, target: int) -> None:
        self._sequence += 1
        self.socket.sendall(struct.pack(">5I", 2, self._sequence, 1, 0, 0))
        self.socket.sendall(struct.pack(">I24x", target))

    def ended(self, *, inward: bool = True) -> tuple[int, int, bytes]:
        """The next transfer that ended: sequence, status, data."""
        command, sequence, *_ = struct.unpack(">5I", self._read(20))
        status, length, *_ = struct.unpack(">iIIII8x", self._read(28))
        assert command in {3, 4}
        return sequence, status, self._read(length) if command == 3 and inward else b""

    def _read(self, count: int) -> bytes:
        octets = b""
        while len(octets) < count:
            octets += self.socket.recv(count - len(octets)) or pytest.fail("the line has ended")
        return octets


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    made = Kernel()
    with made.socket:
        yield made
        made.line.close()


def test_the_device_says_who_it_is(kernel: Kernel) -> None:
    sequence = kernel.submit(0, IN, 18, GET_DEVICE)
    expected = bytes.fromhex("12 01 0002 00 00 00 40 1519 0F52 0001 01 02 03 01")
    assert kernel.ended() == (sequence, 0, expected)


def test_a_request_for_less_gets_less(kernel: Kernel) -> None:
    kernel.submit(0, IN, 8, GET_DEVICE[:6] + b"\x08\x00")
    assert len(kernel.ended()[2]) == 8


@pytest.mark.parametrize(
    "setup",
    [
        "80 06 0006 0000 1200",
        "80 06 0403 0904 FF00",
        "A1 7F 0000 0000 0000",
        "00 09 0200 0000 0000",
    ],
    ids=["no such descriptor", "no such string", "unknown", "no such configuration"],
)
def test_what_a_device_does_not_have_stalls(kernel: Kernel, setup: str) -> None:
    sequence = kernel.submit(0, IN, 255, bytes.fromhex(setup))
    assert kernel.ended() == (sequence, PIPE_ERROR, b"")


def test_octets_go_both_ways(kernel: Kernel) -> None:
    kernel.submit(1, OUT, 3, data=b"abc")
    assert kernel.ended(inward=False)[1] == 0
    assert kernel.heard.wait(PATIENCE_S)
    asked = kernel.submit(1, IN, 64)
    kernel.port.say(b"def")
    assert (kernel.words, kernel.ended()) == ([b"abc"], (asked, 0, b"def"))


def test_what_is_too_long_for_a_transfer_goes_on_in_the_next(kernel: Kernel) -> None:
    kernel.port.say(bytes(range(100)))
    first, second = kernel.submit(1, IN, 64), kernel.submit(1, IN, 64)
    assert kernel.ended() == (first, 0, bytes(range(64)))
    assert kernel.ended() == (second, 0, bytes(range(64, 100)))


def test_a_transfer_taken_back_gets_no_data(kernel: Kernel) -> None:
    taken_back = kernel.submit(1, IN, 64)
    kernel.unlink(taken_back)
    assert kernel.ended()[1] == RESET
    kernel.port.say(b"x")
    other = kernel.submit(1, IN, 64)
    assert kernel.ended() == (other, 0, b"x")


def test_a_transfer_that_has_ended_cannot_be_taken_back(kernel: Kernel) -> None:
    kernel.unlink(99)
    assert kernel.ended()[1] == 0


@pytest.mark.parametrize(("endpoint", "direction"), [(5, OUT), (5, IN)])
def test_an_endpoint_that_is_not_there_stalls(
    kernel: Kernel, endpoint: int, direction: int
) -> None:
    kernel.submit(endpoint, direction, 0)
    assert kernel.ended()[1] == PIPE_ERROR


def test_a_program_that_opens_the_port_is_noticed(kernel: Kernel) -> None:
    for setup in ("21 22 0300 0000 0000", "21 22 0000 0000 0000"):
        kernel.submit(0, OUT, 0, bytes.fromhex(setup))
        assert kernel.ended(inward=False)[1] == 0
    assert kernel.opened == [True, False]


def test_the_speed_that_was_set_is_remembered(kernel: Kernel) -> None:
    coding = (3_000_000).to_bytes(4, "little") + bytes((0, 0, 8))
    kernel.submit(0, OUT, 7, bytes.fromhex("21 20 0000 0000 0700"), coding)
    assert kernel.ended(inward=False)[1] == 0
    kernel.submit(0, IN, 7, bytes.fromhex("A1 21 0000 0000 0700"))
    assert kernel.ended()[2] == coding
    assert kernel.port.baud == 3_000_000


def test_a_host_that_talks_nonsense_is_hung_up_on(kernel: Kernel) -> None:
    kernel.socket.sendall(bytes(20))
    assert kernel.socket.recv(1) == b""


SUBMIT = "00000001 00000007 00000001"
REFUSED = {
    "command": "00000009" + "00" * 44,
    "direction": SUBMIT + "00000002 00000001" + "00" * 28,
    "endpoint": SUBMIT + "00000001 00000010" + "00" * 28,
    "too long": SUBMIT + "00000001 00000001 00000000" + f"{LONGEST + 1:08X}" + "00" * 20,
    "isochronous": SUBMIT + "00000001 00000001 00000000 00000008 00000000 00000003" + "00" * 12,
}


@pytest.mark.parametrize("octets", REFUSED.values(), ids=REFUSED)
def test_a_message_that_no_host_sends_is_refused(octets: str) -> None:
    with pytest.raises(FrameError):
        receive(_reading(octets))


def test_messages_of_the_host_are_read() -> None:
    setup = GET_DEVICE.hex()
    submit = SUBMIT + "00000001 00000000 00000000 00000012 00000000 00000000 00000000" + setup
    assert receive(_reading(submit)) == Submit(7, 0, inward=True, length=18, setup=GET_DEVICE)
    unlink = "00000002 00000008 00000001 00000000 00000000 00000007" + "00" * 24
    assert receive(_reading(unlink)) == Unlink(8, 7)


class Board:
    """A relay board's firmware."""

    product = "USBRelay8"

    def __init__(self) -> None:
        self.reports: list[bytes] = []

    def take_report(self, report: bytes) -> None:
        self.reports.append(report)

    def give_report(self) -> bytes:
        return b"RIG01\0\0\x05"


def test_reports_of_a_relay_board_go_both_ways() -> None:
    board = Board()
    kernel = Kernel(HidRelay(board))
    with kernel.socket:
        kernel.submit(0, OUT, 8, bytes.fromhex("21 09 0003 0000 0800"), b"\xff\x02" + bytes(6))
        assert kernel.ended(inward=False)[1] == 0
        kernel.submit(0, IN, 8, bytes.fromhex("A1 01 0003 0000 0800"))
        assert kernel.ended()[2] == b"RIG01\0\0\x05"
        kernel.submit(0, OUT, 2, bytes.fromhex("21 09 0003 0000 0200"), b"\xff\x02")
        assert kernel.ended(inward=False)[1] == PIPE_ERROR
        kernel.line.close()
    assert board.reports == [b"\xff\x02" + bytes(6)]


def _reading(octets: str) -> Reading:
    return Reading(bytes.fromhex(octets))


class Reading:
    """Gives octets in order, as a socket would."""

    def __init__(self, octets: bytes) -> None:
        self._left = octets

    def __call__(self, count: int) -> bytes:
        if len(self._left) < count:
            raise EOFError
        found, self._left = self._left[:count], self._left[count:]
        return found
