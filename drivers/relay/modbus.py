"""Modbus relay boards: coils are relays, discrete inputs are sensors.

Such a board has a supply of its own: unplugged from the bench in a test, it **keeps its relays as
they are** until it is told otherwise. Where the board can let go by itself when nobody talks to it
(many have a register for that), switch that on.

Where they are is the maker's choice, so ``coils`` and ``inputs`` are options: the first one and how
many there are, counted from 0 as on the wire (manuals that count from 1, or from 10001, mean one
less). There is no serial number to ask for: a board is who answers at its place as its unit.
"""

from __future__ import annotations

from typing import ClassVar

from drivers.api.errors import DriverError, FrameError, LinkLost, LinkTimeout
from drivers.api.plug import SerialPlug, SocketPlug
from drivers.api.sensor import InputBoard
from drivers.relay.modbus_line import ModbusLine, serial_modbus, tcp_modbus
from drivers.relay.wired_board import WiredBoard

Block = tuple[int, int]
"""The first address and how many there are."""

_LONGEST, _ADDRESSES = 2000, 65536  # of one request, and of a unit


class ModbusBoard(WiredBoard[ModbusLine], InputBoard):
    """What both lines share. Relay 1 is the first of ``coils``, input 1 the first of ``inputs``."""

    make: ClassVar[str] = "Modbus"
    lets_go: ClassVar[tuple[type[DriverError], ...]] = (LinkLost, LinkTimeout, FrameError)
    """A late answer must not be taken for the next one."""

    def __init__(self, where: str, unit: int, coils: Block, inputs: Block) -> None:
        for first, count in (coils, inputs):
            if not (first >= 0 <= count <= _LONGEST and first + count <= _ADDRESSES):
                raise DriverError(f"no {count} of them from {first}", device=where)
        self._first_coil, channels = coils
        self._first_input, self._inputs = inputs
        super().__init__(channels, f"{where} unit {unit}")

    def inputs(self) -> tuple[bool, ...]:
        if not self._inputs:
            return ()
        with self._held() as line:
            return line.discrete_inputs(self._first_input, self._inputs)

    def _command(self, line: ModbusLine, channel: int, *, on: bool) -> None:
        line.write_coil(self._first_coil + channel - 1, on=on)

    def _read(self, line: ModbusLine) -> tuple[bool, ...]:
        return line.coils(self._first_coil, self._channels)


class ModbusRtuBoard(ModbusBoard):
    """A board on an RS-485 or RS-232 line that is its alone.

    ``port`` is a path, best one of /dev/serial/by-id. ``line`` is such as "19200 8E1".
    ``timeout_s`` is for one answer.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("port",)
    """Options that no two entries of a bench may share."""
    model: ClassVar[str] = "RTU relay board"

    def __init__(
        self,
        port: str | SerialPlug,
        coils: Block,
        inputs: Block = (0, 0),
        unit: int = 1,
        line: str = "9600 8N1",
        timeout_s: float = 0.5,
    ) -> None:
        self._port, self._coding = port, (line, unit, timeout_s)
        super().__init__(self._path, unit, coils, inputs)

    @property
    def _path(self) -> str:
        return self._port if isinstance(self._port, str) else self._port.path

    def _open(self) -> ModbusLine:
        return serial_modbus(self._path, *self._coding)


class ModbusTcpBoard(ModbusBoard):
    """A board at HOST or HOST:PORT (502 where none is given), or a unit behind a gateway there.

    ``timeout_s`` is for the connection and for one answer.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("address", "unit")
    """Options that no two entries of a bench may share."""
    model: ClassVar[str] = "TCP relay board"

    def __init__(
        self,
        address: str | SocketPlug,
        coils: Block,
        inputs: Block = (0, 0),
        unit: int = 1,
        timeout_s: float = 0.5,
    ) -> None:
        self._place, self._session = address, (unit, timeout_s)
        super().__init__(self._address, unit, coils, inputs)

    @property
    def _address(self) -> str:
        return self._place if isinstance(self._place, str) else self._place.address

    def _open(self) -> ModbusLine:
        return tcp_modbus(self._address, *self._session)
