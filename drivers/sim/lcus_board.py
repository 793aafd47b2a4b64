"""The firmware of a USB relay board of the LCUS type, behind a pseudo-terminal.

It takes ``A0 relay state sum`` and ``FF``, passes over all that is neither, and draws its power
from USB. Its makers ship firmware that answers ``FF`` in two ways, or not at all.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from drivers.sim.body import VirtualBody
from drivers.sim.relay_bank import Fault
from drivers.sim.serial_board import VirtualSerialBoard

Readback = Literal["text", "octets", "none"]

_START, _QUERY = 0xA0, 0xFF
_LENGTH = 4


class VirtualLcusBoard(VirtualSerialBoard):
    """One board. ``readback`` is what its firmware makes of the query."""

    product: ClassVar[str] = "LCUS board"

    def __init__(
        self,
        body: VirtualBody | None,
        serial: str,
        channels: int = 4,
        readback: Readback = "text",
        fault: Fault | None = None,
    ) -> None:
        self.readback: Readback = readback
        super().__init__(body, serial, channels, fault)

    def answer(self, heard: bytearray) -> bytes:
        said = b""
        while heard:
            if heard[0] == _START:
                if len(heard) < _LENGTH:
                    break
                if sum(heard[:3]) & 0xFF == heard[3] and heard[2] <= 1:
                    self.bank.switch(heard[1], on=heard[2] == 1)
                    del heard[:_LENGTH]
                    continue
            elif heard[0] == _QUERY:
                said += self._states()
            del heard[0]
        return said

    def _states(self) -> bytes:
        if self.readback == "none":
            return b""
        states = [bool(self.bank.reported >> bit & 1) for bit in range(self.bank.channels)]
        if self.readback == "octets":
            return bytes(states)
        lines = (f"CH{n}:{'ON' if on else 'OFF'} \r\n" for n, on in enumerate(states, 1))
        return "".join(lines).encode()
