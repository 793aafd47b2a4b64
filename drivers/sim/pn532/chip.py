"""The chip: octets from its host in, octets to its host out, no thread of its own."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.sim.pn532 import host_frame
from drivers.sim.pn532.antenna import Antenna
from drivers.sim.pn532.commands import COMMANDS, Refused, State
from drivers.sim.pn532.host_frame import Control, HostStream
from drivers.sim.pn532.initiator import Initiator
from drivers.sim.pn532.interface import Interface, Pause, RfError
from drivers.sim.pn532.line import Interrupted

_LOST_IN_WAKING = 2  # octets that arrive while the clock starts


class Chip:
    """One chip since it was powered. ``pause`` is how it waits; see ``interface``."""

    def __init__(self, antenna: Antenna, pause: Pause, *, free: bool = False) -> None:
        interface = Interface(antenna, pause, free=free)
        self._state = State(interface, Initiator(interface))
        self._stream = HostStream()
        self._pause = pause
        self._said = b""

    def hears_at(self, speed: int) -> bool:
        """Whether the host's line has a speed that the chip understands now.

        A host that has gone to the speed it has asked for has confirmed it: its ACK may be lost,
        and is where the host flushes its line.
        """
        if speed == self._state.next_baud:
            self._confirm()
        return speed in (self._state.baud, self._state.next_baud)

    def silence(self) -> None:
        """The host has said nothing for a while."""
        self._stream.drop()

    def hear(self, data: bytes) -> Iterator[bytes]:
        """Obey what the host sent; what goes back comes as soon as it is to be sent."""
        if self._state.asleep and data:
            self._state.asleep = False
            self._stream.drop()
            data = data[_LOST_IN_WAKING:]
        for event in self._stream.feed(data):
            if event is Control.ACK:
                self._confirm()
            elif isinstance(event, bytes):
                yield host_frame.ACK_FRAME
                try:
                    self._said = host_frame.encode(self._answer(event))
                    self._pause(None, 0.0)  # who has given it up is not answered any more
                except Interrupted:
                    continue
                yield self._said
            elif self._said:
                yield self._said

    def _confirm(self) -> None:
        """The host has had the last answer, the one that announced another speed perhaps."""
        if self._state.next_baud is not None:
            self._state.baud, self._state.next_baud = self._state.next_baud, None

    def _answer(self, frame: bytes) -> bytes:
        """The data of the answer to a frame's data."""
        code, data = frame[1:2], frame[2:]
        command = COMMANDS.get(code[0]) if code and frame[0] == host_frame.TO_CHIP else None
        if command is None or len(data) < command.least:
            return bytes((host_frame.ERROR,))
        head = bytes((host_frame.FROM_CHIP, code[0] + 1))
        try:
            return head + command.run(self._state, data)
        except Refused:
            return bytes((host_frame.ERROR,))
        except RfError as exc:
            self._state.last_error = exc.status
            return head + bytes((exc.status,))
