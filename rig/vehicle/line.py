"""The line to a device in a reader's field: bytes out and in, the field reset, everything kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from drivers.api.clock import Clock
from drivers.api.errors import FrameError
from drivers.api.trace import Exchange
from rig.digital_key.apdu import Send
from rig.digital_key.messages import INS_SELECT
from rig.digital_key.wire import Transceive, wire
from rig.vehicle.visit import Visit

_SELECT = bytes((INS_SELECT,))


class Line(Protocol):
    """A card link, as far as the vehicle uses it; each raises a DriverError."""

    @property
    def transceive(self) -> Transceive:
        """Sends one command APDU and returns its answer."""
        ...

    def reset(self, *, cold: bool) -> None:
        """Reset the device: warm keeps the field, cold takes it away and brings it back."""
        ...


@dataclass(frozen=True, slots=True)
class LayeredLine:
    """A line with somebody between vehicle and device."""

    transceive: Transceive
    under: Line

    def reset(self, *, cold: bool) -> None:
        self.under.reset(cold=cold)


def traced(visit: Visit, line: Line, clock: Clock) -> Send:
    """Carry commands over the line, each exchange kept in the visit's timeline."""

    def keep(sent: int, received: int, command: bytes, response: bytes, error: str) -> None:
        exchange = Exchange(visit.reader, sent, received, command, response, error)
        visit.timeline.exchanges.append(exchange)
        if command[1:2] == _SELECT and not error:
            visit.timeline.mark("selected", received)

    def whole(command: bytes) -> bytes:
        response = line.transceive(command)
        if not response:  # a device that says nothing is LinkTimeout: here it is the reader's doing
            raise FrameError("the reader handed on an empty answer", device=visit.reader)
        return response

    return wire(whole, keep, clock.now_ns)
