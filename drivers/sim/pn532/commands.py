"""What each command means: UM0701-02, clause 7. A command that is not here is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.sim.pn532.initiator import POLL_S, Activated, Initiator
from drivers.sim.pn532.interface import MOST_BACK, Interface, RfError, Status

_FIRMWARE = bytes.fromhex("32010607")  # PN532, version 1.6, ISO 14443 A and B, ISO 18092
_AUTOMATIC_RATS = 0x10  # SetParameters
_BY_SERIAL_LINE = 0x10  # PowerDown: a wake-up source
BAUDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1288000)
_RF_FIELD, _TIMINGS, _MAX_RETRIES = 0x01, 0x02, 0x05
_ITEMS = {0x01: 1, 0x02: 3, 0x04: 1, 0x05: 3, 0x0A: 11, 0x0B: 8, 0x0C: 3, 0x0D: 9}
_TYPE_A, _TYPES = 0x00, 5
_MORE = 0x40
_FOR_EVER = 0xFF


class Refused(Exception):
    """The command has a syntax that the chip does not know: it answers with an error frame."""


@dataclass
class State:
    """What a command finds and leaves behind."""

    interface: Interface
    initiator: Initiator
    baud: int = 115200
    next_baud: int | None = None  # from the host's ACK on
    asleep: bool = False
    parameters: int = 0x14
    retries: int = _FOR_EVER
    timeout_code: int = 0x0A
    last_error: int = 0
    target: Activated | None = None
    from_target: bytes = b""

    @property
    def timeout_s(self) -> float:
        """How long an exchange waits; 100 us times 2 to the code, less one. 0 has no end."""
        code = self.timeout_code
        return 1e-4 * (1 << code - 1) if code else 3600.0


def _diagnose(state: State, data: bytes) -> bytes:
    match data[0]:
        case 0x00:  # the line: say it again
            return data
        case 0x01 | 0x02 | 0x07:  # ROM, RAM, antenna
            return b"\x00"
        case 0x06:  # whether the target is still there
            there = state.target is not None and state.initiator.is_there(state.target)
            return bytes((Status.FINE if there else Status.TIMEOUT,))
        case _:
            raise Refused


def _firmware(_state: State, _data: bytes) -> bytes:
    return _FIRMWARE


def _general_status(state: State, _data: bytes) -> bytes:
    targets = b"\x01\x01\x00\x00\x10" if state.target else b"\x00"
    return bytes((state.last_error, state.interface.antenna.on)) + targets + b"\x80"


def _read_registers(state: State, data: bytes) -> bytes:
    if len(data) % 2:
        raise Refused
    read, at = state.interface.registers.read, range(0, len(data), 2)
    return bytes(read(int.from_bytes(data[i : i + 2], "big")) for i in at)


def _write_registers(state: State, data: bytes) -> bytes:
    if len(data) % 3:
        raise Refused
    for i in range(0, len(data), 3):
        state.interface.registers.write(int.from_bytes(data[i : i + 2], "big"), data[i + 2])
    return b""


def _set_baud(state: State, data: bytes) -> bytes:
    if data[0] >= len(BAUDS):
        raise Refused
    state.next_baud = BAUDS[data[0]]
    return b""


def _set_parameters(state: State, data: bytes) -> bytes:
    state.parameters = data[0]
    return b""


def _nothing(_state: State, _data: bytes) -> bytes:
    return b""


def _power_down(state: State, data: bytes) -> bytes:
    if not data[0] & _BY_SERIAL_LINE:
        raise Refused  # nothing would ever wake it
    state.interface.antenna.switch(on=False)
    state.target, state.asleep = None, True
    return b"\x00"


def _configure_rf(state: State, data: bytes) -> bytes:
    item, values = data[0], data[1:]
    if len(values) != _ITEMS.get(item):
        raise Refused
    if item == _RF_FIELD:
        state.interface.antenna.switch(on=bool(values[0] & 1))
        if not values[0] & 1:
            state.target = None
    elif item == _TIMINGS:
        state.timeout_code = min(values[2], 16)
    elif item == _MAX_RETRIES:
        state.retries = values[2]
    return b""


def _list_targets(state: State, data: bytes) -> bytes:
    most, kind, wanted = data[0], data[1], data[2:]
    if most not in (1, 2) or kind >= _TYPES:
        raise Refused
    state.target, tries = None, state.retries
    state.from_target = b""
    while True:
        found = None
        if kind == _TYPE_A:
            found = state.initiator.find(rats=bool(state.parameters & _AUTOMATIC_RATS))
        if found and found.uid.endswith(_plain(wanted)):
            state.target = found
            return b"\x01" + found.described()
        if state.retries == _FOR_EVER:
            state.interface.rest(POLL_S)
        elif tries == 0:
            return b"\x00"
        else:
            tries -= 1


def _plain(wanted: bytes) -> bytes:
    """A UID as the host names it, without the cascade tags."""
    parts = [wanted[i : i + 4] for i in range(0, len(wanted), 4)]
    return b"".join(part[1:] if part[:1] == b"\x88" else part for part in parts)


def _through(state: State, data: bytes) -> bytes:
    return b"\x00" + state.interface.transceive(data, state.timeout_s)


def _exchange(state: State, data: bytes) -> bytes:
    more = bool(data[0] & _MORE)
    if state.target is None or data[0] & 0x3F != 1:
        raise RfError(Status.WRONG_CONTEXT)
    if not state.target.ats:
        return b"\x00" + state.interface.transceive(data[1:], state.timeout_s)
    if not state.from_target:
        state.from_target = state.initiator.exchange(state.target, data[1:], more=more)
    answer, state.from_target = state.from_target[:MOST_BACK], state.from_target[MOST_BACK:]
    return bytes((_MORE if state.from_target else 0,)) + answer


def _let_go(state: State, data: bytes) -> bytes:
    if state.target is not None and data[0] in (0, 1):
        state.initiator.let_go(state.target)
    state.target = None
    return b"\x00"


@dataclass(frozen=True, slots=True)
class Command:
    """A command by name, with the octets it has at least."""

    name: str
    least: int
    run: Callable[[State, bytes], bytes]


COMMANDS = {
    0x00: Command("Diagnose", 1, _diagnose),
    0x02: Command("GetFirmwareVersion", 0, _firmware),
    0x04: Command("GetGeneralStatus", 0, _general_status),
    0x06: Command("ReadRegister", 2, _read_registers),
    0x08: Command("WriteRegister", 3, _write_registers),
    0x10: Command("SetSerialBaudRate", 1, _set_baud),
    0x12: Command("SetParameters", 1, _set_parameters),
    0x14: Command("SAMConfiguration", 1, _nothing),
    0x16: Command("PowerDown", 1, _power_down),
    0x32: Command("RFConfiguration", 2, _configure_rf),
    0x40: Command("InDataExchange", 1, _exchange),
    0x42: Command("InCommunicateThru", 0, _through),
    0x44: Command("InDeselect", 1, _let_go),
    0x4A: Command("InListPassiveTarget", 2, _list_targets),
    0x52: Command("InRelease", 1, _let_go),
}
