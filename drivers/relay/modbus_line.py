"""The door to pymodbus: coils, discrete inputs and input registers, on a serial line or on TCP.

Requests are sent once and never again by themselves: a relay that moved twice is a wrong
measurement. pymodbus is chatty in its log and silent about reasons; its exceptions become ours
here.
"""

from __future__ import annotations

import logging
import re
import struct
from collections.abc import Callable
from typing import NoReturn

from pymodbus import ModbusException
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.exceptions import ConnectionException
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsResponse,
    ReadDiscreteInputsResponse,
    WriteSingleCoilResponse,
)
from pymodbus.pdu.register_message import ReadInputRegistersResponse

from drivers.api.errors import (
    DeviceNotFound,
    DeviceRefused,
    DriverError,
    FrameError,
    LinkLost,
    LinkTimeout,
)
from drivers.serial_line import SerialLine, check_library

logging.getLogger("pymodbus").addHandler(logging.NullHandler())  # or it talks to the terminal

Client = ModbusSerialClient | ModbusTcpClient
Trace = Callable[[bool, bytes], bytes]

_LINE = re.compile(r"(\d{3,7}) 8([NEO])([12])")
_NO_ANSWER_BEHIND_THE_GATEWAY = 0x0B
_CODES = {  # Modbus application protocol 1.1b3, 7
    0x01: "illegal function",
    0x02: "illegal data address",
    0x03: "illegal data value",
    0x04: "device failure",
    0x05: "acknowledge",
    0x06: "device busy",
    0x08: "memory parity error",
    0x0A: "gateway path unavailable",
}


class ModbusLine:
    """One unit (1 to 247; on TCP 0 to 255) behind a connection; addresses count from 0.

    ``made`` makes the client, which is opened here. Raises DeviceNotFound when that fails.
    Whatever is asked raises LinkLost when the connection is gone, LinkTimeout when no answer comes
    in time, FrameError for one that is none, DeviceRefused for an exception response.
    """

    def __init__(self, made: Callable[[Trace], Client], unit: int, who: str) -> None:
        self._unit, self._who = unit, who
        self._came = b""
        self._client = made(self._noted)
        if not self._client.connect():
            raise DeviceNotFound("it cannot be opened", device=who)

    def write_coil(self, address: int, *, on: bool) -> None:
        """Set one coil, and see that the answer says so."""
        ask = self._client.write_coil
        doing = f"setting coil {address}"
        answer = self._asked(doing, lambda: ask(address, on, device_id=self._unit))
        if not isinstance(answer, WriteSingleCoilResponse):
            self._wrong(doing, answer)
        if (answer.address, answer.bits[:1]) != (address, [on]):
            said = f"{doing}: the answer says {answer.bits[:1]} of coil {answer.address}"
            raise FrameError(said, device=self._who)

    def coils(self, address: int, count: int) -> tuple[bool, ...]:
        """Read coils."""
        ask, doing = self._client.read_coils, f"reading {count} coils from {address}"
        answer = self._asked(doing, lambda: ask(address, count=count, device_id=self._unit))
        if type(answer) is not ReadCoilsResponse:  # that to inputs is one of its kind
            self._wrong(doing, answer)
        return self._bits(doing, answer, count)

    def discrete_inputs(self, address: int, count: int) -> tuple[bool, ...]:
        """Read discrete inputs."""
        ask, doing = self._client.read_discrete_inputs, f"reading {count} inputs from {address}"
        answer = self._asked(doing, lambda: ask(address, count=count, device_id=self._unit))
        if not isinstance(answer, ReadDiscreteInputsResponse):
            self._wrong(doing, answer)
        return self._bits(doing, answer, count)

    def input_register(self, address: int) -> int:
        """Read one input register, 0 to 65535."""
        ask, doing = self._client.read_input_registers, f"reading register {address}"
        answer = self._asked(doing, lambda: ask(address, count=1, device_id=self._unit))
        if type(answer) is not ReadInputRegistersResponse:
            self._wrong(doing, answer)
        if len(answer.registers) != 1:
            said = f"{doing}: the answer has {len(answer.registers)} of them"
            raise FrameError(said, device=self._who)
        return int(answer.registers[0])

    def close(self) -> None:
        """Let go of the connection. Idempotent."""
        self._client.close()  # type: ignore[no-untyped-call] # pymodbus has half of them

    def _asked(self, doing: str, ask: Callable[[], ModbusPDU]) -> ModbusPDU:
        self._came = b""
        try:
            answer = ask()
        except (ConnectionException, OSError) as exc:
            raise LinkLost(f"{doing}: {exc}", device=self._who) from exc
        except ModbusException as exc:
            raise self._unanswered(doing) from exc
        except (struct.error, LookupError, ValueError, TypeError) as exc:  # of a hostile answer
            raise self._unanswered(doing) from exc
        if isinstance(answer, ExceptionResponse):
            self._refused(doing, answer.exception_code)
        return answer

    def _unanswered(self, doing: str) -> DriverError:
        """Nothing came, or nothing that was an answer."""
        if not self._came:
            return LinkTimeout(f"{doing}: no answer in time", device=self._who)
        return FrameError(f"{doing}: {self._came[:32]!r} is no answer", device=self._who)

    def _refused(self, doing: str, code: int) -> NoReturn:
        if code == _NO_ANSWER_BEHIND_THE_GATEWAY:
            said = f"{doing}: its gateway has no answer from unit {self._unit}"
            raise LinkTimeout(said, device=self._who)
        what = f"{doing} ({_CODES[code]})" if code in _CODES else doing
        raise DeviceRefused(code, what, device=self._who)

    def _wrong(self, doing: str, answer: ModbusPDU) -> NoReturn:
        said = f"{doing}: the answer is one to function {answer.function_code:#04x}"
        raise FrameError(said, device=self._who)

    def _bits(self, doing: str, answer: ReadCoilsResponse, count: int) -> tuple[bool, ...]:
        if len(answer.bits) != (count + 7) // 8 * 8:  # whole octets come
            said = f"{doing}: the answer has {len(answer.bits) // 8} octets of them"
            raise FrameError(said, device=self._who)
        return tuple(answer.bits[:count])

    def _noted(self, sending: bool, data: bytes) -> bytes:
        if not sending:
            self._came = data
        return data


def serial_modbus(path: str, line: str, unit: int, timeout_s: float) -> ModbusLine:
    """Open an RTU line for this program alone. ``line`` is such as "9600 8N1".

    Raises DeviceNotFound with the reason, DriverUnavailable without pyserial, DriverError for
    another ``line``.
    """
    check_library()
    found = _LINE.fullmatch(line)
    if found is None:
        raise DriverError(f'a line is such as "9600 8N1", not {line!r}', device=path)
    baud, parity, stop_bits = int(found[1]), found[2], int(found[3])

    def client(trace: Trace) -> Client:
        return ModbusSerialClient(
            path,
            baudrate=baud,
            parity=parity,
            stopbits=stop_bits,
            timeout=timeout_s,
            retries=0,
            trace_packet=trace,
        )

    try:
        return ModbusLine(client, _known(unit, 1, 247, path), path)
    except DeviceNotFound:
        SerialLine(
            path, baud, coding=(parity, stop_bits)
        ).close()  # raises with the reason, which pymodbus keeps to itself
        raise


def tcp_modbus(address: str, unit: int, timeout_s: float) -> ModbusLine:
    """Connect to HOST or HOST:PORT, port 502 where none is given. Raises DeviceNotFound."""
    host, colon, port = address.rpartition(":")
    if not colon:
        host, port = address, "502"
    if not (host and port.isdecimal() and int(port) < 65536):
        raise DeviceNotFound("is no HOST:PORT", device=address)

    def client(trace: Trace) -> Client:
        return ModbusTcpClient(
            host, port=int(port), timeout=timeout_s, retries=0, trace_packet=trace
        )

    return ModbusLine(client, _known(unit, 0, 255, address), address)


def _known(unit: int, first: int, last: int, who: str) -> int:
    if not first <= unit <= last:
        raise DriverError(f"no unit {unit}: they are {first} to {last}", device=who)
    return unit
