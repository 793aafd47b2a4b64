"""A UWB kit on the kernel's bus: a serial port by cdc-acm, with the virtual chip behind it."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from typing import Literal

from drivers.sim.usbip.descriptors import BULK, INTERRUPT, About, configuration, endpoint, interface
from drivers.sim.usbip.function import Setup, Stalled, UsbFunction
from drivers.sim.usbip.kernel import Vhci
from drivers.sim.usbip.plug import Plug
from drivers.sim.uwb_chip.device import VirtualKit
from drivers.sim.uwb_chip.pace import ClockPace
from drivers.sim.uwb_chip.scene import standing_at
from drivers.sim.uwb_chip.sockets import Socket

_ACM, _DATA = (2, 2, 1), (10, 0, 0)
_IN, _OUT, _EVENTS = 1, 1, 2
_PACKET = 64
_LINE_CODING = struct.Struct("<IBBB")  # baud, stop bits, parity, data bits
_FUNCTIONAL = (
    bytes.fromhex("05 24 00 10 01")  # header: CDC 1.10
    + bytes.fromhex("05 24 01 00 01")  # call management: none, data on interface 1
    + bytes.fromhex("04 24 02 02")  # ACM: line coding and control line state
    + bytes.fromhex("05 24 06 00 01")  # union: 0 controls 1
)


class CdcAcm(UsbFunction):
    """A serial port (CDC PSTN 1.2, 6.3). It hears octets only while a program has it open.

    ``hear`` gets what the host sends, ``opened`` whether a program has opened it (DTR).
    """

    def __init__(
        self, about: About, hear: Callable[[bytes], None], opened: Callable[[bool], None]
    ) -> None:
        events = endpoint(0x80 | _EVENTS, INTERRUPT, 8, 16)
        data = [endpoint(0x80 | _IN, BULK, _PACKET), endpoint(_OUT, BULK, _PACKET)]
        super().__init__(
            about,
            configuration(interface(0, _ACM, [events], _FUNCTIONAL), interface(1, _DATA, data)),
        )
        self._hear, self._opened = hear, opened
        self._coding = _LINE_CODING.pack(115_200, 0, 0, 8)

    @property
    def baud(self) -> int:
        """What the program has set."""
        return int(_LINE_CODING.unpack(self._coding)[0])

    def say(self, data: bytes) -> None:
        """Send to the host."""
        self.send(_IN, data)

    def class_request(self, setup: Setup, data: bytes) -> bytes:
        match (setup.kind, setup.request):
            case (0x21, 0x20) if len(data) == _LINE_CODING.size:  # SET_LINE_CODING
                self._coding = data
                return b""
            case (0xA1, 0x21):  # GET_LINE_CODING
                return self._coding
            case (0x21, 0x22):  # SET_CONTROL_LINE_STATE
                self._opened(bool(setup.value & 1))
                return b""
        raise Stalled(f"request {setup} with {len(data)} octets")

    def take(self, endpoint: int, data: bytes) -> None:
        if endpoint != _OUT:
            raise Stalled(f"no OUT endpoint {endpoint}")
        self._hear(data)

    def asked(self, endpoint: int) -> None:
        if endpoint not in {_IN, _EVENTS}:
            super().asked(endpoint)


class AcmSocket(Socket):
    """The chip's end of a plugged-in kit."""

    def __init__(self, about: About, vhci: Vhci) -> None:
        self._changed = threading.Condition()
        self._heard = bytearray()
        self._open = self._pulled = self._woken = False
        self._function = CdcAcm(about, self._hear, self._turn)
        self._plug = Plug(vhci, self._function, driver="cdc_acm")
        self.bus_id = self._plug.bus_id

    def attached(self, wait_s: float) -> bool:
        with self._changed:
            self._changed.wait_for(self._has_to_look(lambda: self._open), wait_s)
            return self._open and not self._pulled

    def ready(self, wait_s: float | None) -> bool:
        with self._changed:
            self._changed.wait_for(self._has_to_look(lambda: bool(self._heard)), wait_s)
            return bool(self._heard)

    def wake(self) -> None:
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def read(self) -> bytes:
        with self._changed:
            data = bytes(self._heard)
            self._heard.clear()
            return data

    def send(self, data: bytes) -> None:
        if self._open:
            self._function.say(data)

    def close(self) -> None:
        if not self._pulled:
            self._pulled = True
            self._plug.pull()

    def _has_to_look(self, predicate: Callable[[], bool]) -> Callable[[], bool]:
        return lambda: self._woken or self._pulled or predicate()

    def _hear(self, data: bytes) -> None:
        with self._changed:
            self._heard += data
            self._changed.notify_all()

    def _turn(self, opened: bool) -> None:
        with self._changed:
            self._open = opened
            self._changed.notify_all()


class KernelUwbKit(VirtualKit):
    """A DWM3001CDK with UCI firmware, plugged into this machine as a serial port.

    ``serial`` is its USB serial number. Every peer stands at ``distance_m`` until somebody sets
    ``scene``. Raises DriverUnavailable where nothing can be plugged in. Its USB ids were observed
    and are not confirmed (facts 2).
    """

    def __init__(
        self,
        serial: str = "UWB01",
        seed: int = 0,
        distance_m: float = 2.0,
        profile: Literal["qorvo", "generic"] = "qorvo",
    ) -> None:
        self._about = About(
            vendor_id=0x1915,
            product_id=0x520F,
            make="Qorvo",
            model="DWM3001CDK",
            serial=serial,
            device_class=2,
        )
        super().__init__(profile, standing_at(distance_m), seed, ClockPace())

    def _new_socket(self) -> AcmSocket:
        return AcmSocket(self._about, Vhci())
