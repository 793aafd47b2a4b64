"""The virtual LCUS and Modbus boards against frames written down elsewhere, not by our drivers."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from drivers.api.errors import DeviceNotFound, DriverError
from drivers.sim.body import VirtualBody
from drivers.sim.lcus_board import VirtualLcusBoard
from drivers.sim.modbus_board import VirtualModbusRtuBoard, VirtualModbusTcpBoard
from drivers.sim.relay_board import relay_states
from drivers.sim.serial_board import VirtualSerialBoard
from drivers.sim.serial_cable import SerialCable
from drivers.sim.world import World

TIMEOUT_S = 2.0


@pytest.fixture(autouse=True)
def _own_relays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def body() -> Iterator[VirtualBody]:
    with World() as world, VirtualBody(world, actuation_ms=0) as body:
        yield body


class Host:
    """A program that talks to a serial board in raw octets."""

    def __init__(self, board: VirtualSerialBoard, baud: int = 9600) -> None:
        self.line = serial.Serial(board.path, baud, timeout=TIMEOUT_S)

    def ask(self, octets: str, answer: int) -> str:
        self.line.write(bytes.fromhex(octets))
        return str(self.line.read(answer).hex(" "))

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.line.close()


# The makers' own examples, and what they leave out.
LCUS_FRAMES = {
    "on": ("a0 01 01 a2", 0b0001),
    "off": ("a0 01 01 a2 a0 01 00 a1", 0b0000),
    "the last relay": ("a0 04 01 a5", 0b1000),
    "two in one write": ("a0 01 01 a2 a0 02 01 a3", 0b0011),
    "after noise": ("00 13 a0 a0 03 01 a4", 0b0100),
    "wrong sum": ("a0 01 01 a3", 0),
    "no such relay": ("a0 05 01 a6", 0),
    "no such state": ("a0 01 02 a3", 0),
}


@pytest.mark.parametrize(("frame", "relays"), LCUS_FRAMES.values(), ids=LCUS_FRAMES)
def test_an_lcus_board_obeys_the_frames_of_its_maker(frame: str, relays: int) -> None:
    with VirtualLcusBoard(None, "RIG01") as board, Host(board) as host:
        states = [bool(relays >> bit & 1) for bit in range(4)]
        text = "".join(f"CH{n}:{'ON' if on else 'OFF'} \r\n" for n, on in enumerate(states, 1))
        assert host.ask(frame + "ff", len(text)) == text.encode().hex(" ")
        assert relay_states("RIG01") == relays


def test_an_lcus_board_takes_a_frame_in_pieces() -> None:
    with VirtualLcusBoard(None, "RIG01", readback="octets") as board, Host(board) as host:
        for octet in ("a0", "02", "01", "a3"):
            host.ask(octet, 0)
        assert host.ask("ff", 4) == "00 01 00 00"


@pytest.mark.parametrize("baud", [4800, 115200])
def test_a_host_at_another_baud_rate_is_not_understood(baud: int) -> None:
    with VirtualLcusBoard(None, "RIG01", readback="octets") as board:
        with Host(board, baud) as host:
            host.line.timeout = 0.1
            assert host.ask("a0 01 01 a2 ff", 4) == ""
        with Host(board) as host:
            assert host.ask("ff", 4) == "00 00 00 00"


# Unit 1 of Modbus RTU, with the check sums that are in every tutorial: 8C 3A, CD CA, ...
RTU_FRAMES = {
    "relay 1 on": ("01 05 00 00 ff 00 8c 3a", "01 05 00 00 ff 00 8c 3a", 0b1),
    "relay 1 off": ("01 05 00 00 00 00 cd ca", "01 05 00 00 00 00 cd ca", 0b0),
    "relay 2 on": ("01 05 00 01 ff 00 dd fa", "01 05 00 01 ff 00 dd fa", 0b10),
    "read": ("01 01 00 00 00 08 3d cc", "01 01 01 00 51 88", 0b0),
}


@pytest.mark.parametrize(("request_", "answer", "relays"), RTU_FRAMES.values(), ids=RTU_FRAMES)
def test_a_modbus_rtu_board_answers_frame_by_frame(request_: str, answer: str, relays: int) -> None:
    with VirtualModbusRtuBoard(None, "RIG01") as board, Host(board) as host:
        assert host.ask(request_, len(bytes.fromhex(answer))) == answer
        assert relay_states("RIG01") == relays


def test_a_modbus_rtu_board_is_silent_to_other_units_and_to_wrong_sums() -> None:
    with VirtualModbusRtuBoard(None, "RIG01") as board, Host(board) as host:
        host.line.timeout = 0.1
        assert host.ask("02 05 00 00 ff 00 8c 09", 1) == ""
        assert host.ask("01 05 00 00 ff 00 8c 3b", 1) == ""
        assert relay_states("RIG01") == 0


def test_a_modbus_tcp_board_answers_and_tells_what_the_body_feels(body: VirtualBody) -> None:
    with VirtualModbusTcpBoard(body, "RIG01") as board:
        host, port = board.address.split(":")
        with socket.create_connection((host, int(port)), TIMEOUT_S) as peer:
            unlock = bytes.fromhex("0007 0000 0006 01 05 0000 ff00")
            peer.sendall(unlock)
            assert peer.recv(64) == unlock
            assert body.sensed() == 0b1
            peer.sendall(bytes.fromhex("0008 0000 0006 01 02 0000 000c"))
            assert peer.recv(64).hex() == "000800000005" + "01" + "02" + "02" + "0100"
            peer.sendall(bytes.fromhex("0009 0000 0006 01 05 0008 ff00"))
            assert peer.recv(64).hex() == "000900000003" + "01" + "85" + "02"


@pytest.mark.parametrize("serial_", ["RIG", "RIG/1", ""])
def test_a_serial_is_five_letters_and_digits(serial_: str) -> None:
    for board in (VirtualLcusBoard, VirtualModbusRtuBoard, VirtualModbusTcpBoard):
        with pytest.raises(DriverError, match="5 letters"):
            board(None, serial_)


def test_a_serial_board_is_one_programs_until_that_lets_go() -> None:
    with VirtualLcusBoard(None, "RIG01") as first:
        second = VirtualLcusBoard(None, "RIG01")
        with pytest.raises(DeviceNotFound, match="another program holds its port"):
            _ = second.path
        assert Path(first.path).exists()
    assert Path(second.path).exists()
    second.close()
    second.close()


def test_two_tcp_boards_of_one_serial_are_one_board() -> None:
    with VirtualModbusTcpBoard(None, "RIG01") as one, VirtualModbusTcpBoard(None, "RIG01") as two:
        one.bank.switch(3, on=True)
        assert two.bank.relays == 0b100


def test_what_is_under_way_when_a_cable_is_pulled_is_heard(tmp_path: Path) -> None:
    heard: list[bytes] = []
    busy, go_on = threading.Event(), threading.Event()

    def hear(data: bytes) -> None:
        heard.append(data)
        busy.set()
        go_on.wait(TIMEOUT_S)

    cable = SerialCable(tmp_path / "by-id" / "cable", 9600, hear)
    with serial.Serial(cable.port, 9600) as line:
        line.write(b"1")
        assert busy.wait(TIMEOUT_S)
        line.write(b"2")
        pulling = threading.Thread(target=cable.pull)
        pulling.start()
        while not cable.pulled:
            time.sleep(0.001)
        go_on.set()
        pulling.join()
    assert heard == [b"1", b"2"]
    cable.pull()
