"""The chip's contactless interface: octets onto the air and off it, as its registers say."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from enum import IntEnum

from drivers.sim.isodep.crc import with_crc, without_crc
from drivers.sim.isodep.selection import Frame
from drivers.sim.pn532.antenna import Antenna
from drivers.sim.pn532.registers import Registers

MOST_BACK = 262  # octets of a target in one frame to the host
Pause = Callable[[socket.socket | None, float], bool]
"""Wait for a socket, or for nothing, so many seconds; raises Interrupted when the host speaks."""


class Status(IntEnum):
    """Status octets (UM0701-02, 7.1)."""

    FINE = 0x00
    TIMEOUT = 0x01
    WRONG_CRC = 0x02
    COLLISION = 0x04
    BUFFER_TOO_SMALL = 0x07
    PROTOCOL = 0x0B
    WRONG_UID_CHECK = 0x23
    WRONG_CONTEXT = 0x27


class RfError(Exception):
    """An exchange ended with this status."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status


class Interface:
    """Registers and antenna. ``free``: time in which nothing answers passes at once."""

    def __init__(self, antenna: Antenna, pause: Pause, *, free: bool) -> None:
        self.antenna = antenna
        self.registers = Registers(lambda on: antenna.switch(on=on), lambda: antenna.on)
        self._pause, self._free = pause, free

    def transceive(self, data: bytes, within_s: float) -> bytes:
        """Send, and return what answers in time; nothing sent is listening only.

        Raises RfError, Interrupted.
        """
        self._pause(None, 0.0)  # a card that keeps it busy for ever does not keep the host out
        answer = self._answer(data, within_s)
        if len(answer) > MOST_BACK:
            raise RfError(Status.BUFFER_TOO_SMALL)
        return answer

    def rest(self, for_s: float) -> None:
        """Do nothing for a while, at any pace. Raises Interrupted."""
        self._pause(None, for_s)

    def _answer(self, data: bytes, within_s: float) -> bytes:
        registers, begun_s = self.registers, time.perf_counter()
        octets = with_crc(data) if data and registers.sends_crc else data
        answer = None
        if octets and registers.is_type_a_106:
            answer = self.antenna.exchange(Frame(octets, registers.last_bits), within_s)
        if answer is None:
            left_s = within_s - (time.perf_counter() - begun_s)
            self._pause(None, 0.0 if self._free else max(0.0, left_s))
            raise RfError(Status.TIMEOUT)
        if not registers.checks_crc:
            return answer.data
        stripped = without_crc(answer.data)
        if stripped is None:
            raise RfError(Status.WRONG_CRC)
        return stripped
