"""Virtual Modbus boards: pymodbus' own server, behind a pseudo-terminal (RTU) or on TCP.

Coils 0 to 7 are the relays, discrete inputs 0 to 15 what the body's sensors feel. The board has a
supply of its own and keeps its relays when it is unplugged. On a serial line it is silent to other
units; on TCP it answers as whatever unit it is asked, and to several connections at a time.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pty
import tty
from typing import Any, ClassVar

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.api.clock import SystemClock
from drivers.api.device import Device, Identity
from drivers.api.errors import DeviceNotFound
from drivers.api.event_loop import LoopThread
from drivers.api.plug import SocketPlug
from drivers.sim.body import VirtualBody
from drivers.sim.relay_bank import Fault, RelayBank
from drivers.sim.serial_board import VirtualSerialBoard

logging.getLogger("pymodbus").addHandler(logging.NullHandler())  # or it talks to the terminal

_PATIENCE_S = 5.0
_READ_INPUTS = 2
_UNANSWERED = b""


def _simulated(bank: RelayBank, unit: int) -> SimDevice:
    """The board's memory map; unit 0 answers for every unit."""

    async def accessed(
        function: int,
        _start: int,
        address: int,
        _count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        if bank.fault is Fault.REFUSAL:
            return ExcCodes.DEVICE_BUSY
        if function == _READ_INPUTS:
            registers[0] = bank.inputs
            return None
        if address + len(values or [0]) > bank.channels:
            return ExcCodes.ILLEGAL_ADDRESS
        for number, on in enumerate(values or [], address + 1):
            bank.switch(number, on=bool(on))
        registers[0] = bank.reported
        return None

    def bits() -> list[SimData]:
        return [SimData(0, values=[False] * 16, datatype=DataType.BITS)]

    def nothing() -> list[SimData]:
        return [SimData(0, values=0, datatype=DataType.REGISTERS)]

    blocks = (bits(), bits(), nothing(), nothing())
    return SimDevice(id=unit, simdata=blocks, action=accessed)


class VirtualModbusRtuBoard(VirtualSerialBoard):
    """A board on an RS-485 adapter, 9600 baud."""

    product: ClassVar[str] = "Modbus RTU board"
    usb_powered: ClassVar[bool] = False

    def __init__(
        self,
        body: VirtualBody | None,
        serial: str,
        channels: int = 8,
        unit: int = 1,
        fault: Fault | None = None,
    ) -> None:
        self._unit = unit
        self._bus, inner = pty.openpty()
        tty.setraw(inner)
        os.set_blocking(self._bus, False)
        self._loop = LoopThread(SystemClock(), "modbus board", files=True)
        super().__init__(body, serial, channels, fault)
        self._server = self._loop.call(self._serve(os.ttyname(inner)), _PATIENCE_S)
        os.close(inner)  # the server has opened its own

    def hear(self, data: bytes) -> None:
        """Pass it on to the server, whose answer comes back through the loop."""
        os.write(self._bus, data)

    def answer(self, heard: bytearray) -> bytes:
        """Leave it to the server."""
        heard.clear()
        return b""

    def close(self) -> None:
        super().close()
        if self._bus >= 0:
            self._loop.call(self._end(), _PATIENCE_S)
            self._loop.close()
            os.close(self._bus)
            self._bus = -1

    async def _serve(self, port: str) -> ModbusSerialServer:
        server = ModbusSerialServer(
            _simulated(self.bank, self._unit),
            port=port,
            baudrate=self.baud,
            trace_packet=self._addressed,
        )
        await server.serve_forever(background=True)
        asyncio.get_running_loop().add_reader(self._bus, lambda: self.say(os.read(self._bus, 4096)))
        return server

    async def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._bus)
        await self._server.shutdown()  # type: ignore[no-untyped-call] # pymodbus

    def _addressed(self, sending: bool, data: bytes) -> bytes:
        """What is said in the name of other units is not said."""
        return _UNANSWERED if sending and data[:1] != bytes((self._unit,)) else data


class VirtualModbusTcpBoard(Device, SocketPlug):
    """A board at a free port of this machine, another one each time it is plugged in."""

    exclusive: ClassVar[tuple[str, ...]] = ("serial",)
    """Options that no two entries of a bench, and no two runs, may share."""

    def __init__(
        self, body: VirtualBody | None, serial: str, channels: int = 8, fault: Fault | None = None
    ) -> None:
        self.bank = RelayBank(body, serial, channels, fault)
        self.serial = serial
        self._loop = LoopThread(SystemClock(), "modbus board", files=True)
        self._server: ModbusTcpServer | None = None
        self._address = ""
        self.plug()

    @property
    def fault(self) -> Fault | None:
        """What is wrong with it."""
        return self.bank.fault

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        self.bank.fault = fault

    @property
    def address(self) -> str:
        if self._server is None:
            raise DeviceNotFound("it is unplugged", device=self.serial)
        return self._address

    def unplug(self) -> None:
        """End its connections and take no more. No effect when it is unplugged."""
        server, self._server = self._server, None
        if server is not None:
            self._loop.call(self._end(server), _PATIENCE_S)

    def plug(self) -> None:
        """Take connections again, at another port. No effect when it is plugged in."""
        if self._server is None:
            self._server = self._loop.call(self._serve(), _PATIENCE_S)

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", "virtual Modbus TCP board", self.serial)

    def close(self) -> None:
        """Let go of the board, its relays as they are: they are the switches' business."""
        self.unplug()
        self._loop.close()
        self.bank.close()

    async def _end(self, server: ModbusTcpServer) -> None:
        await server.shutdown()  # type: ignore[no-untyped-call] # pymodbus

    async def _serve(self) -> ModbusTcpServer:
        server = ModbusTcpServer(
            _simulated(self.bank, 0), address=("127.0.0.1", 0), trace_packet=self._spoiled
        )
        await server.serve_forever(background=True)
        listening: Any = server.transport
        host, port = listening.sockets[0].getsockname()
        self._address = f"{host}:{port}"
        return server

    def _spoiled(self, sending: bool, data: bytes) -> bytes:
        """What is wrong with the board, in what it says."""
        if not sending:
            return data
        if self.fault is Fault.NO_ANSWER:
            return _UNANSWERED
        return bytes(octet ^ 0x5A for octet in data) if self.fault is Fault.GARBAGE else data
