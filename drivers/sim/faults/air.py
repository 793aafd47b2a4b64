"""A Bluetooth controller that fails, or its radio link, between the rig's host and the controller.

Packets are not lost singly: a controller repeats what its radio loses until it gives the link up,
USB repeats what it loses, and a serial line that loses octets has lost its framing.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.ble import HciAir, HciLine
from drivers.api.clock import Clock
from drivers.api.device import Device, Identity
from drivers.sim.faults.link import RATE, Failing, failure

_ACL = b"\x02"  # the type octet of H4 that data has; events have 0x04
_CONNECTED = (0x01, 0x0A)  # subevents of LE Meta: connection complete, enhanced or not
_DISCONNECT, _STATUS_OF_IT = b"\x01\x06\x04\x03", b"\x06\x04"
_ENDED = {"link lost": 0x08, "link tampered with": 0x3D}  # supervision timeout, MIC failure


class FaultyAir(Device, HciAir, Failing):
    """Wraps any air that lends controllers; options as of Wrapping, time is the air's own."""

    link = "Bluetooth"
    faults = (
        *_ENDED,
        "packet damaged",
        "unplugged",
    )

    def __init__(self, air: HciAir, rate: float = RATE, fault: str = "", seed: int = 0) -> None:
        super().__init__(rate, fault, seed, None)
        self._clock = air.clock
        self.inner = air

    @property
    def clock(self) -> Clock:
        return self._clock

    def plug(self, receive: Callable[[bytes], None], lost: Callable[[Exception], None]) -> HciLine:
        return _FaultyLine(self, receive, lost)

    def identity(self) -> Identity:
        return self.inner.identity() if isinstance(self.inner, Device) else Identity()

    def close(self) -> None:
        """The air behind it is closed by the bench."""


class _FaultyLine(HciLine):
    def __init__(
        self, air: FaultyAir, receive: Callable[[bytes], None], lost: Callable[[Exception], None]
    ) -> None:
        self._air, self._receive, self._lost = air, receive, lost
        self._handle = b""  # of the latest connection
        self._reason = 0  # of its end, where a fault has ended it
        self._line = air.inner.plug(self._take, lost)

    def send(self, packet: bytes) -> None:
        self._line.send(packet)

    def close(self) -> None:
        self._line.close()

    def _take(self, packet: bytes) -> None:
        chance = self._air.chance
        if fault := chance.strikes_now("unplugged", "packet damaged"):
            self._line.close()
            self._lost(failure("gone" if fault == "unplugged" else "damaged", self._air.name))
            return
        fault = chance.strikes_now(*_ENDED) if packet[:1] == _ACL else ""
        if fault:
            self._end(_ENDED[fault])
        elif event := self._followed(packet):
            self._receive(event)

    def _followed(self, event: bytes) -> bytes:
        """What the host is to see of it; b"" where it belongs to what a fault has sent."""
        if event[:1] == _ACL:
            return event
        if event[1:2] == b"\x3e" and event[3] in _CONNECTED and event[4] == 0:
            self._handle = event[5:7]
        elif event[1:2] == b"\x0f" and event[5:7] == _STATUS_OF_IT and self._reason:
            return b""
        elif event[1:2] == b"\x05" and event[4:6] == self._handle and self._reason:
            event, self._reason = event[:6] + bytes((self._reason,)), 0
        return event

    def _end(self, reason: int) -> None:
        """Have the controller end the connection, as if the radio link had ended."""
        if not self._reason:
            self._reason = reason
            self._line.send(_DISCONNECT + self._handle + b"\x13")
