"""Any air with a tap in each line: to look at HCI packets, and to break what they go through."""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.ble import HciAir, HciLine
from drivers.api.clock import Clock
from drivers.api.errors import LinkLost

_COMMAND, _EVENT, _COMPLETE, _INVALID = 0x01, 0x04, 0x0E, 0x12


class TappedAir(HciAir):
    """``lines`` are those that were plugged in, in order."""

    def __init__(self, air: HciAir) -> None:
        self._air = air
        self.lines: list[TappedLine] = []
        self.empty = False

    @property
    def clock(self) -> Clock:
        return self._air.clock

    def plug(self, receive: Callable[[bytes], None], lost: Callable[[Exception], None]) -> HciLine:
        if self.empty:
            raise LinkLost("nothing is plugged in")
        line = TappedLine(self._air, receive, lost)
        self.lines.append(line)
        return line


class TappedLine(HciLine):
    """``sent`` is what the host sent. ``before`` may break the line on one of its packets."""

    def __init__(
        self,
        air: HciAir,
        receive: Callable[[bytes], None],
        lost: Callable[[Exception], None],
    ) -> None:
        self._receive, self._lost = receive, lost
        self.silent = self.gone = False
        self.sent: list[bytes] = []
        self.before: Callable[[bytes], None] = lambda _packet: None
        self._refused: set[int] = set()
        self._line = air.plug(self.deliver, lost)

    def deliver(self, packet: bytes) -> None:
        """From the controller, or from whoever plays it."""
        if not (self.silent or self.gone):
            self._receive(packet)

    def send(self, packet: bytes) -> None:
        self.before(packet)
        if self.gone:
            raise LinkLost("it was pulled out")
        self.sent.append(packet)
        if opcode_of(packet) in self._refused:
            self.deliver(bytes((_EVENT, _COMPLETE, 5, 1, *packet[1:3], _INVALID, 0)))
        elif not self.silent:
            self._line.send(packet)

    def refuse(self, opcode: int) -> None:
        """Answer such commands with invalid parameters."""
        self._refused.add(opcode)

    def grant(self, opcode: int) -> None:
        """Answer them again as the controller does."""
        self._refused.discard(opcode)

    def pull(self) -> None:
        """Pull it out of the USB port."""
        if not self.gone:
            self.gone = True
            self._line.close()
            self._lost(LinkLost("it was pulled out"))

    def close(self) -> None:
        self.gone = True
        self._line.close()

    def commands(self, opcode: int) -> list[bytes]:
        """The parameters of every such command."""
        return [packet[4:] for packet in self.sent if opcode_of(packet) == opcode]


def opcode_of(packet: bytes) -> int | None:
    """That of a command; None for data."""
    return int.from_bytes(packet[1:3], "little") if packet[:1] == bytes((_COMMAND,)) else None
