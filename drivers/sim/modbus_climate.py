"""A virtual transmitter of temperature and humidity: pymodbus' own server on TCP.

Input register 1 is the temperature, 2 the humidity, in tenths and as two's complement, as in the
manuals of RS-485 transmitters with an SHT20; behind a gateway they are reached like this.
"""

from __future__ import annotations

import logging
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.api.clock import SystemClock
from drivers.api.device import Device, Identity
from drivers.api.errors import DeviceNotFound
from drivers.api.event_loop import LoopThread
from drivers.api.plug import SocketPlug

logging.getLogger("pymodbus").addHandler(logging.NullHandler())  # or it talks to the terminal

_PATIENCE_S = 5.0
_REGISTERS = 3


class VirtualModbusClimate(Device, SocketPlug):
    """One transmitter, at a free port of this machine. ``registers`` is what it holds now."""

    def __init__(self, temperature: float = 21.0, humidity: float = 45.0) -> None:
        """``temperature`` in °C, ``humidity`` in %."""
        self.registers = [0, round(temperature * 10) & 0xFFFF, round(humidity * 10) & 0xFFFF]
        self._loop = LoopThread(SystemClock(), "modbus transmitter", files=True)
        self._server: ModbusTcpServer | None = None
        self._address = ""
        self.plug()

    @property
    def address(self) -> str:
        if self._server is None:
            raise DeviceNotFound("it is unplugged", device=self.name)
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
        return Identity("Digital Key Rig", "virtual Modbus transmitter")

    def close(self) -> None:
        self.unplug()
        self._loop.close()

    async def _end(self, server: ModbusTcpServer) -> None:
        await server.shutdown()  # type: ignore[no-untyped-call] # pymodbus

    async def _serve(self) -> ModbusTcpServer:
        server = ModbusTcpServer(self._simulated(), address=("127.0.0.1", 0))
        await server.serve_forever(background=True)
        listening: Any = server.transport
        host, port = listening.sockets[0].getsockname()
        self._address = f"{host}:{port}"
        return server

    def _simulated(self) -> SimDevice:
        async def accessed(
            _function: int,
            _start: int,
            _address: int,
            _count: int,
            registers: list[int],
            _values: list[int] | list[bool] | None,
        ) -> ExcCodes | None:
            registers[:] = self.registers
            return None

        def nothing() -> list[SimData]:
            return [SimData(0, values=[False] * 16, datatype=DataType.BITS)]

        held = [SimData(0, values=0, datatype=DataType.REGISTERS)]
        inputs = [SimData(0, values=[0] * _REGISTERS, datatype=DataType.REGISTERS)]
        return SimDevice(id=0, simdata=(nothing(), nothing(), held, inputs), action=accessed)
