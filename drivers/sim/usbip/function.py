"""What a device does with the transfers of its host; endpoint 0 as every device has it."""

from __future__ import annotations

import abc
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from drivers.api.errors import FrameError
from drivers.sim.usbip.descriptors import CONFIGURATION, DEVICE, STRING, About

_SETUP = struct.Struct("<BBHHH")
_ENDPOINT_HALT = 0
_KIND = 0x60  # of a request: standard, or of a class or vendor

Send = Callable[[int, bytes], None]
"""Have the host get these octets from an IN endpoint, by its number, whenever it asks."""


class Stalled(FrameError):
    """The device refuses a request, as USB does: by a stall."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The head of a control transfer (USB 2.0, 9.3)."""

    kind: int
    request: int
    value: int
    index: int
    length: int

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        return cls(*_SETUP.unpack(octets))


class UsbFunction(abc.ABC):
    """One stay of a device on the bus, from power on; plugged in again it is another.

    Calls come from one thread, that of its line. ``send`` may be called from any.
    """

    def __init__(self, about: About, configuration: bytes) -> None:
        self.about = about
        self.send: Send = lambda _endpoint, _data: None  # until it is plugged in
        self._configuration = configuration
        self._configured = 0

    def control(self, setup: Setup, data: bytes) -> bytes:
        """Answer a request on endpoint 0; Stalled when it is none of this device's."""
        of_its_class = setup.kind & _KIND
        answer = self.class_request(setup, data) if of_its_class else self._standard(setup)
        return answer[: setup.length]

    @abc.abstractmethod
    def class_request(self, setup: Setup, data: bytes) -> bytes:
        """Answer a request of the device's class; Stalled when it has no such."""

    def take(self, endpoint: int, data: bytes) -> None:
        """The host has sent this to an OUT endpoint. Stalled where there is none."""
        raise Stalled(f"no OUT endpoint {endpoint}, for {len(data)} octets")

    def asked(self, endpoint: int) -> None:
        """The host waits on an IN endpoint. Stalled where there is none."""
        raise Stalled(f"no IN endpoint {endpoint}")

    def ended(self) -> None:  # noqa: B027 - few have anything to end
        """The cable was pulled."""

    def interface_descriptor(self, kind: int, interface: int) -> bytes:
        """A descriptor that an interface has besides, such as HID's report descriptor."""
        raise Stalled(f"interface {interface} has no descriptor {kind:#x}")

    def _standard(self, setup: Setup) -> bytes:
        """USB 2.0, 9.4. The address is set by the host controller and never comes through."""
        match (setup.kind, setup.request):
            case (0x80, 6):  # GET_DESCRIPTOR
                return self._descriptor(setup.value >> 8, setup.value & 0xFF)
            case (0x81, 6):
                return self.interface_descriptor(setup.value >> 8, setup.index)
            case (0x00, 9) if setup.value <= 1:  # SET_CONFIGURATION
                self._configured = setup.value
        answers = {
            (0x80, 0): bytes(2),  # GET_STATUS
            (0x81, 0): bytes(2),
            (0x82, 0): bytes(2),
            (0x80, 8): bytes((self._configured,)),  # GET_CONFIGURATION
            (0x00, 9): b"" if setup.value <= 1 else None,
            (0x81, 10): bytes(1),  # GET_INTERFACE
            (0x01, 11): b"" if setup.value == 0 else None,  # SET_INTERFACE
            (0x02, 1): b"" if setup.value == _ENDPOINT_HALT else None,  # CLEAR_FEATURE
        }
        answer = answers.get((setup.kind, setup.request))
        if answer is None:
            raise Stalled(f"request {setup}")
        return answer

    def _descriptor(self, kind: int, index: int) -> bytes:
        found: bytes | None = None
        if kind == DEVICE:
            found = self.about.descriptor()
        elif kind == CONFIGURATION and index == 0:
            found = self._configuration
        elif kind == STRING:
            found = self.about.text(index)
        if found is None:
            raise Stalled(f"no descriptor {kind:#x}, {index}")
        return found
