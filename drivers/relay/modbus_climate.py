"""Transmitters of temperature, humidity or voltage on Modbus: a quantity is an input register.

A register is a signed number of 16 bits, so many to a unit. Which is which is the maker's choice;
the defaults are those of the widespread RS-485 transmitters with an SHT20 (temperature in register
1, humidity in register 2, tenths).
"""

from __future__ import annotations

import abc
import threading
from collections.abc import Mapping
from typing import ClassVar

from drivers.api.climate import UNITS, ClimateSensor, Quantity
from drivers.api.device import Finding, Identity
from drivers.api.errors import DeviceNotFound, DriverError, FrameError, LinkLost, LinkTimeout
from drivers.api.plug import SocketPlug
from drivers.relay.modbus_line import ModbusLine, serial_modbus, tcp_modbus

_SHT20: Mapping[Quantity, int] = {"temperature": 1, "humidity": 2}
_POSSIBLE: Mapping[
    Quantity, tuple[float, float]
] = {  # what a bench can be in, and no sensor exceeds
    "temperature": (-60, 150),
    "humidity": (0, 100),
    "supply_voltage": (0, 1000),
}
_LARGEST, _ADDRESSES = 0x8000, 65536


class ModbusClimate(ClimateSensor):
    """What both lines share. ``registers`` are input registers by quantity, from 0 as on the wire.

    ``per_unit`` is how many of a register's steps are a °C, a % or a V. Safe to use from several
    threads. Raises DeviceNotFound when nobody answers.
    """

    def __init__(
        self, where: str, registers: Mapping[Quantity, int] | None, per_unit: float
    ) -> None:
        self._registers = dict(registers or _SHT20)
        if per_unit <= 0 or any(not 0 <= a < _ADDRESSES for a in self._registers.values()):
            raise DriverError("registers are 0 to 65535, and per_unit is above 0", device=where)
        self._where, self._per_unit = where, per_unit
        self._lock = threading.Lock()
        self._closed = False
        self._line: ModbusLine | None = self._open()
        try:
            self.read()
        except (LinkLost, LinkTimeout) as exc:
            raise DeviceNotFound(f"no transmitter answers: {exc.args[0]}", device=where) from exc

    @abc.abstractmethod
    def _open(self) -> ModbusLine:
        """Open the line. Raises DeviceNotFound."""

    def read(self) -> Mapping[Quantity, float]:
        with self._lock:
            try:
                line = self._line = self._line or self._opened()
                return {
                    quantity: self._value(quantity, line.input_register(address))
                    for quantity, address in self._registers.items()
                }
            except DriverError as exc:
                self._let_go()  # a late answer must not be taken for the next one
                exc.device = self._who
                raise

    def identity(self) -> Identity:
        return Identity("Modbus", f"transmitter of {', '.join(self._registers)}", self._where)

    def self_test(self) -> tuple[Finding, ...]:
        try:
            found = self.read()
        except DriverError as exc:
            return (Finding("measures", ok=False, advice=str(exc)),)
        said = ", ".join(f"{value:g} {UNITS[quantity]}" for quantity, value in found.items())
        return (Finding(f"measures {said}", ok=True),)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._let_go()

    @property
    def _who(self) -> str:
        return self.name or self._where

    def _opened(self) -> ModbusLine:
        if self._closed:
            raise LinkLost("it is closed", device=self._who)
        try:
            return self._open()
        except DeviceNotFound as exc:
            raise LinkLost(f"not back since it was lost: {exc}", device=self._who) from exc

    def _let_go(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _value(self, quantity: Quantity, register: int) -> float:
        steps = register - 2 * _LARGEST if register >= _LARGEST else register
        value = steps / self._per_unit
        low, high = _POSSIBLE[quantity]
        if not low <= value <= high:
            said = f"it measures a {quantity} of {value:g} {UNITS[quantity]}: is it broken?"
            raise FrameError(said, device=self._who)
        return value


class ModbusRtuClimate(ModbusClimate):
    """A transmitter on an RS-485 line that is its alone; ``line`` is such as "9600 8N1"."""

    exclusive: ClassVar[tuple[str, ...]] = ("port",)
    """Options that no two entries of a bench may share."""

    def __init__(
        self,
        port: str,
        registers: Mapping[Quantity, int] | None = None,
        per_unit: float = 10.0,
        unit: int = 1,
        line: str = "9600 8N1",
        timeout_s: float = 0.5,
    ) -> None:
        self._port, self._coding = port, (line, unit, timeout_s)
        super().__init__(f"{port} unit {unit}", registers, per_unit)

    def _open(self) -> ModbusLine:
        return serial_modbus(self._port, *self._coding)


class ModbusTcpClimate(ModbusClimate):
    """A transmitter at HOST or HOST:PORT (502 where none is given), or behind a gateway there."""

    exclusive: ClassVar[tuple[str, ...]] = ("address", "unit")
    """Options that no two entries of a bench may share."""

    def __init__(
        self,
        address: str | SocketPlug,
        registers: Mapping[Quantity, int] | None = None,
        per_unit: float = 10.0,
        unit: int = 1,
        timeout_s: float = 0.5,
    ) -> None:
        self._place, self._session = address, (unit, timeout_s)
        super().__init__(f"{self._address} unit {unit}", registers, per_unit)

    @property
    def _address(self) -> str:
        return self._place if isinstance(self._place, str) else self._place.address

    def _open(self) -> ModbusLine:
        return tcp_modbus(self._address, *self._session)
