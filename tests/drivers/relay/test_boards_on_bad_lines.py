"""Relay boards on lines that go wrong: what is raised, and that the next call works again."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.api.errors import (
    DeviceNotFound,
    DeviceRefused,
    DriverError,
    FrameError,
    LinkLost,
    LinkTimeout,
)
from drivers.api.relay import RelayBoard
from drivers.relay.lcus import LcusRelayBoard
from drivers.relay.modbus import ModbusRtuBoard, ModbusTcpBoard
from drivers.sim.lcus_board import VirtualLcusBoard
from drivers.sim.modbus_board import VirtualModbusRtuBoard, VirtualModbusTcpBoard
from drivers.sim.relay_bank import Fault

SHORT_S = 0.5  # a starved machine may take a while to run the other end
Twin = VirtualLcusBoard | VirtualModbusRtuBoard | VirtualModbusTcpBoard


def lcus(twin: Twin) -> RelayBoard:
    assert isinstance(twin, VirtualLcusBoard)
    return LcusRelayBoard(twin, 4, twin.readback, SHORT_S)


def modbus_rtu(twin: Twin) -> RelayBoard:
    assert isinstance(twin, VirtualModbusRtuBoard)
    return ModbusRtuBoard(twin, (0, 8), timeout_s=SHORT_S)


def modbus_tcp(twin: Twin) -> RelayBoard:
    assert isinstance(twin, VirtualModbusTcpBoard)
    return ModbusTcpBoard(twin, (0, 8), timeout_s=SHORT_S)


FAMILIES: dict[str, tuple[Callable[[], Twin], Callable[[Twin], RelayBoard]]] = {
    "lcus": (lambda: VirtualLcusBoard(None, "RIG01"), lcus),
    "lcus octets": (lambda: VirtualLcusBoard(None, "RIG01", readback="octets"), lcus),
    "modbus rtu": (lambda: VirtualModbusRtuBoard(None, "RIG01"), modbus_rtu),
    "modbus tcp": (lambda: VirtualModbusTcpBoard(None, "RIG01"), modbus_tcp),
}
SERIAL = [name for name in FAMILIES if name != "modbus tcp"]
MODBUS = [name for name in FAMILIES if name.startswith("modbus")]


class Desk:
    """A virtual board and the driver on it."""

    def __init__(self, family: str) -> None:
        made, self._opened = FAMILIES[family]
        self.twin = made()
        self.board = self.open()

    def open(self) -> RelayBoard:
        """The driver once more."""
        board = self._opened(self.twin)
        board.name = "board"
        return board

    def relays(self) -> int:
        """How they really are, one bit each."""
        return self.twin.bank.relays


@pytest.fixture(autouse=True)
def _own_relays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture(params=FAMILIES)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    desk = Desk(request.param)
    with desk.twin, desk.board:
        yield desk


ERRORS: dict[Fault, type[DriverError] | tuple[type[DriverError], ...]] = {
    Fault.NO_ANSWER: LinkTimeout,
    Fault.WRONG_ECHO: DriverError,
    Fault.GARBAGE: (FrameError, LinkTimeout),
    Fault.STUCK: DriverError,
}


@pytest.mark.parametrize("fault", ERRORS)
def test_a_fault_is_an_error_by_the_boards_name_and_the_next_call_works(
    desk: Desk, fault: Fault
) -> None:
    desk.board.set(1, on=True)
    desk.twin.fault = fault
    with pytest.raises(ERRORS[fault], match=r"^board: ") as raised:
        desk.board.set(2, on=True)
    assert raised.value.device == "board"
    desk.twin.fault = None
    assert desk.board.states()[0]
    desk.board.set(2, on=False)
    assert desk.relays() == 0b01


@pytest.mark.parametrize("fault", [Fault.NO_ANSWER, Fault.GARBAGE])
def test_a_board_that_does_not_answer_is_not_opened(desk: Desk, fault: Fault) -> None:
    desk.board.close()
    desk.twin.fault = fault
    with pytest.raises((DeviceNotFound, FrameError)):
        desk.open()
    desk.twin.fault = None
    desk.open().close()


@pytest.mark.parametrize("desk", MODBUS, indirect=True)
def test_a_refusal_says_which_and_is_not_tried_again(desk: Desk) -> None:
    desk.twin.fault = Fault.REFUSAL
    with pytest.raises(DeviceRefused, match=r"board: setting coil 2 \(device busy\)") as refused:
        desk.board.set(3, on=True)
    assert refused.value.code == 6
    desk.twin.fault = None
    assert not any(desk.board.states())


@pytest.mark.parametrize("desk", SERIAL, indirect=True)
def test_it_comes_back_under_another_name_and_is_found_by_its_link(desk: Desk) -> None:
    assert not isinstance(desk.twin, VirtualModbusTcpBoard)
    before = desk.twin.port
    link = Path(desk.twin.path)
    assert os.readlink(link) == before
    desk.twin.unplug()
    assert not link.is_symlink()
    with pytest.raises(LinkLost):
        desk.board.states()
    with pytest.raises(LinkLost, match="not back since it was lost"):
        desk.board.set(1, on=True)
    desk.twin.plug()
    assert desk.twin.port != before
    desk.board.set(1, on=True)
    assert desk.relays() == 0b1


def test_the_path_of_a_bench_file_is_looked_up_at_each_opening() -> None:
    with VirtualLcusBoard(None, "RIG01") as twin, LcusRelayBoard(twin.path, 4) as board:
        twin.unplug()
        with pytest.raises(LinkLost):
            board.states()
        twin.plug()
        board.set(4, on=True)
        assert twin.bank.relays == 0b1000
        assert board.identity().serial == twin.path


def test_a_tcp_board_at_another_port_is_found_again() -> None:
    with VirtualModbusTcpBoard(None, "RIG01") as twin, modbus_tcp(twin) as board:
        before = twin.address
        twin.unplug()
        with pytest.raises(LinkLost):
            board.states()
        twin.plug()
        assert twin.address != before
        assert not any(board.states())


def test_a_board_with_its_own_supply_keeps_its_relays_and_a_usb_powered_one_does_not(
    desk: Desk,
) -> None:
    desk.board.set(1, on=True)
    desk.twin.unplug()
    assert desk.relays() == (not isinstance(desk.twin, VirtualLcusBoard))


@pytest.mark.parametrize("desk", SERIAL, indirect=True)
def test_a_line_that_another_program_holds_is_not_opened(desk: Desk) -> None:
    with pytest.raises(DeviceNotFound, match=r"opening: .*lock"):
        desk.open()


def test_another_baud_rate_and_another_unit_are_answered_by_nobody() -> None:
    with VirtualModbusRtuBoard(None, "RIG01", unit=7) as twin:
        for line, unit in (("9600 8N1", 6), ("19200 8N1", 7)):
            with pytest.raises(DeviceNotFound, match="no relay board answers"):
                ModbusRtuBoard(twin, (0, 8), unit=unit, line=line, timeout_s=SHORT_S)
        with ModbusRtuBoard(twin, (0, 8), unit=7, timeout_s=SHORT_S) as board:
            assert board.identity().serial.endswith(" unit 7")


@pytest.mark.parametrize("line", ["", "9600", "9600 7N1", "9600 8N3", "x 8N1", "9600 8N1 "])
def test_a_line_that_is_none_is_refused(line: str) -> None:
    with VirtualModbusRtuBoard(None, "RIG01") as twin, pytest.raises(DriverError, match="such as"):
        ModbusRtuBoard(twin, (0, 8), line=line)


def test_a_line_that_the_port_cannot_do_is_not_opened_and_says_why() -> None:
    """A pseudo-terminal knows no parity."""
    with (
        VirtualModbusRtuBoard(None, "RIG01") as twin,
        pytest.raises(DeviceNotFound, match=r"opening: .*Invalid argument"),
    ):
        ModbusRtuBoard(twin, (0, 8), line="9600 8E1")


@pytest.mark.parametrize("unit", [-1, 0, 248])
def test_a_unit_that_is_none_is_refused(unit: int) -> None:
    with (
        VirtualModbusRtuBoard(None, "RIG01") as twin,
        pytest.raises(DriverError, match=f"no unit {unit}: they are 1 to 247"),
    ):
        ModbusRtuBoard(twin, (0, 8), unit=unit)


@pytest.mark.parametrize("block", [(-1, 8), (0, 0), (0, 2001), (65530, 8), (0, -1)])
def test_coils_that_cannot_be_are_refused(block: tuple[int, int]) -> None:
    with VirtualModbusTcpBoard(None, "RIG01") as twin, pytest.raises(DriverError):
        ModbusTcpBoard(twin, block)


@pytest.mark.parametrize("address", ["", "host:", ":502", "127.0.0.1:http", "127.0.0.1:65536"])
def test_an_address_that_is_none_is_not_found(address: str) -> None:
    with pytest.raises(DeviceNotFound):
        ModbusTcpBoard(address, (0, 8), timeout_s=SHORT_S)


def test_where_nothing_listens_nothing_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(DeviceNotFound, match="cannot be opened"):
        ModbusTcpBoard(f"127.0.0.1:{port}", (0, 8))
    with pytest.raises(DeviceNotFound, match=r"opening: .*No such file"):
        ModbusRtuBoard("/dev/serial/by-id/nothing", (0, 8))
    with pytest.raises(DeviceNotFound, match=r"opening: .*No such file"):
        LcusRelayBoard("/dev/serial/by-id/nothing", 4)


@pytest.mark.parametrize(("first", "count"), [(4, 8), (100, 1)])
def test_coils_that_the_board_lacks_are_refused_by_it(first: int, count: int) -> None:
    with VirtualModbusTcpBoard(None, "RIG01", channels=8) as twin:
        if first > 8:
            with pytest.raises(DeviceRefused, match="illegal data address"):
                ModbusTcpBoard(twin, (first, count))
            return
        with ModbusTcpBoard(twin, (first, count)) as board:
            board.set(4, on=True)
            assert twin.bank.relays == 0b1000_0000
            with pytest.raises(DeviceRefused, match=r"coil 8 \(illegal data address\)"):
                board.set(5, on=True)
