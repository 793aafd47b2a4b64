"""USB relay boards of the LCUS type: a CH340 serial port, and a command of four octets.

* ``A0 n s c`` energises (s = 1) or releases (s = 0) relay n; c is the low octet of A0 + n + s
* ``FF`` asks. Some boards answer in text, ``CH1:OFF `` CR LF for each relay, some with one octet
  a relay, and some do not answer at all: which one is a matter of the firmware, so it is an option
* 9600 baud, 8N1. A command has no answer
* a CH340 has no USB serial number, so two boards have one name below /dev/serial/by-id: where
  there are two, use /dev/serial/by-path
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from drivers.api.device import Finding
from drivers.api.errors import FrameError
from drivers.api.plug import SerialPlug
from drivers.relay.wired_board import SerialRelayBoard
from drivers.serial_line import SerialLine

QUERY = b"\xff"
_LINE = re.compile(rb"CH(\d+): ?(ON|OFF) ?")


def command(channel: int, *, on: bool) -> bytes:
    """The four octets that switch one relay."""
    return bytes((0xA0, channel, on, (0xA0 + channel + on) & 0xFF))


class LcusRelayBoard(SerialRelayBoard):
    """One board, found by its port. ``readback`` is how it answers the query, if at all.

    With "none" the relays cannot be read: ``states`` is then what was commanded since the port
    was opened, off where nothing was, and identity and self-test say so.
    """

    make: ClassVar[str] = "LCUS type"

    def __init__(
        self,
        port: str | SerialPlug,
        channels: int,
        readback: Literal["text", "octets", "none"] = "text",
        timeout_s: float = 0.5,
    ) -> None:
        self._readback = readback
        self.reads_back = readback != "none"
        self._commanded: list[bool] = []
        super().__init__(port, channels, timeout_s)

    @property
    def model(self) -> str:  # type: ignore[override] # it depends on an option
        """What it is, and whether its relays can be read."""
        return "relay board" if self._readback != "none" else "relay board without read-back"

    def self_test(self) -> tuple[Finding, ...]:
        (found,) = super().self_test()
        if self._readback != "none" or not found.ok:
            return (found,)
        return (Finding("has a serial port; its relays cannot be read back", ok=True),)

    def _open(self) -> SerialLine:
        self._commanded = [False] * self._channels
        return super()._open()

    def _command(self, line: SerialLine, channel: int, *, on: bool) -> None:
        line.discard()
        line.write(command(channel, on=on))
        line.drain()  # nothing else says that it has gone, and the port may be closed next
        self._commanded[channel - 1] = on

    def _read(self, line: SerialLine) -> tuple[bool, ...]:
        line.discard()  # which also finds out that the port is gone
        if self._readback == "none":
            return tuple(self._commanded)
        line.write(QUERY)
        if self._readback == "octets":
            return tuple(self._octet(o) for o in line.exactly(self._channels, self._timeout_s))
        return tuple(self._text(line, number) for number in range(1, self._channels + 1))

    def _text(self, line: SerialLine, channel: int) -> bool:
        said = line.until(b"\r\n", self._timeout_s)
        found = _LINE.fullmatch(said)
        if found is None or int(found[1]) != channel:
            raise FrameError(f"it says {said[:32]!r} of relay {channel}", device=self._where)
        return found[2] == b"ON"

    def _octet(self, octet: int) -> bool:
        if octet > 1:
            raise FrameError(f"it says {octet:#04x} of a relay", device=self._where)
        return octet == 1
