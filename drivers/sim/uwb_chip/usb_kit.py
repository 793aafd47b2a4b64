"""A virtual board on USB bulk endpoints behind pyusb's core: no kernel and no libusb.

Imitated besides transfers: a serial interface beside the data one, the kernel's driver that holds
the board until detached (EBUSY), and an unplugged board that is ENODEV for what was opened before.
"""

from __future__ import annotations

import errno
import itertools
from array import array
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Literal

import usb.core
from usb.backend import IBackend

from drivers.api.clock import SystemClock
from drivers.api.errors import DriverError
from drivers.api.usb import UsbHost
from drivers.api.uwb import UciPort
from drivers.sim.uwb_chip.device import VirtualKit
from drivers.sim.uwb_chip.pace import ClockPace, FreePace
from drivers.sim.uwb_chip.pipe import PipeSocket
from drivers.sim.uwb_chip.scene import standing_at

VENDOR_ID, PRODUCT_ID = 0x1209, 0x0001  # pid.codes' id for tests
_DATA_INTERFACE, _IN, _OUT, _EVENTS = 1, 0x81, 0x02, 0x83
_PACKET = 64
_addresses = itertools.count(2)  # as in Linux, a plugged-in device never gets an old address

_DEVICE = {
    "bLength": 18, "bDescriptorType": 1, "bcdUSB": 0x0200, "bDeviceClass": 2,
    "bDeviceSubClass": 0, "bDeviceProtocol": 0, "bMaxPacketSize0": 64, "idVendor": VENDOR_ID,
    "idProduct": PRODUCT_ID, "bcdDevice": 0x0100, "iManufacturer": 1, "iProduct": 2,
    "iSerialNumber": 3, "bNumConfigurations": 1,
    "bus": 1, "port_number": 1, "port_numbers": (1,), "speed": 2,
}  # fmt: skip
_CONFIGURATION = {
    "bLength": 9, "bDescriptorType": 2, "wTotalLength": 55, "bNumInterfaces": 2,
    "bConfigurationValue": 1, "iConfiguration": 0, "bmAttributes": 0x80, "bMaxPower": 50,
    "extra_descriptors": [],
}  # fmt: skip
_ENDPOINTS = (((_EVENTS, 3),), ((_OUT, 2), (_IN, 2)))  # of each interface: address and type


class VirtualUsbUwbKit(VirtualKit, UsbHost):
    """A kit with raw UCI on bulk endpoints. Otherwise as ``VirtualUwbChip``."""

    def __init__(
        self,
        serial: str = "UWB01",
        seed: int = 0,
        distance_m: float = 2.0,
        profile: Literal["generic", "qorvo", "ncj29d5"] = "generic",
        pace: Literal["real", "free"] = "real",
    ) -> None:
        self.serial = serial
        self.kernel_holds = True
        self.plug_in: PlugIn | None = None
        self._backend = OneBoard(self)
        time = FreePace() if pace == "free" else ClockPace()
        super().__init__(profile, standing_at(distance_m), seed, time)

    @property
    def backend(self) -> OneBoard:
        return self._backend

    def unplug(self) -> None:
        self.plug_in = None
        super().unplug()

    def _new_socket(self) -> PipeSocket:
        socket = PipeSocket(SystemClock())
        self.kernel_holds = True
        self.plug_in = PlugIn(socket)
        return socket


class PlugIn:
    """One stay of the board on the bus: pulled and put back, it is another."""

    def __init__(self, socket: PipeSocket) -> None:
        self.socket = socket
        self.address = next(_addresses)


class Handle:
    """One opening of a plugged-in board; claimed, it has the line, and what it left unread."""

    def __init__(self, plug_in: PlugIn) -> None:
        self.plug_in = plug_in
        self.line: UciPort | None = None
        self.unread = b""


class OneBoard(IBackend):  # type: ignore[misc] # pyusb has no types
    """A USB host with this board plugged in, for pyusb's core."""

    def __init__(self, kit: VirtualUsbUwbKit) -> None:
        self._kit = kit

    def enumerate_devices(self) -> Iterator[PlugIn]:
        return iter([self._kit.plug_in] if self._kit.plug_in else [])

    def get_device_descriptor(self, dev: PlugIn) -> SimpleNamespace:
        return SimpleNamespace(**_DEVICE, address=dev.address)

    def get_configuration_descriptor(self, _dev: PlugIn, config: int) -> SimpleNamespace:
        if config:
            raise IndexError(config)
        return SimpleNamespace(**_CONFIGURATION)

    def get_interface_descriptor(
        self, _dev: PlugIn, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        if alt or config or intf >= len(_ENDPOINTS):
            raise IndexError(alt)  # pyusb counts up until this
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=intf, bAlternateSetting=0,
            bNumEndpoints=len(_ENDPOINTS[intf]), bInterfaceClass=(2, 10)[intf],
            bInterfaceSubClass=0, bInterfaceProtocol=0, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, _dev: PlugIn, ep: int, intf: int, _alt: int, _config: int
    ) -> SimpleNamespace:
        address, kind = _ENDPOINTS[intf][ep]
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=address, bmAttributes=kind,
            wMaxPacketSize=_PACKET, bInterval=0, bRefresh=0, bSynchAddress=0,
            extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: PlugIn) -> Handle:
        handle = Handle(dev)
        self._plugged_in(handle)
        return handle

    def close_device(self, dev_handle: Handle) -> None:
        """Drop the handle's claim, as the kernel does when a file is closed."""
        line, dev_handle.line = dev_handle.line, None
        if line is not None:
            line.close()

    def get_configuration(self, dev_handle: Handle) -> int:
        self._plugged_in(dev_handle)
        return 1

    def claim_interface(self, dev_handle: Handle, intf: int) -> None:
        self._plugged_in(dev_handle)
        if intf != _DATA_INTERFACE or dev_handle.line is not None:
            return
        if self._kit.kernel_holds:
            raise _usb_error(errno.EBUSY)
        try:
            dev_handle.line = dev_handle.plug_in.socket.connect()
        except DriverError as exc:
            raise _usb_error(errno.EBUSY) from exc

    def release_interface(self, dev_handle: Handle, _intf: int) -> None:
        self._plugged_in(dev_handle)
        self.close_device(dev_handle)

    def is_kernel_driver_active(self, dev_handle: Handle, _intf: int) -> bool:
        self._plugged_in(dev_handle)
        return self._kit.kernel_holds

    def detach_kernel_driver(self, dev_handle: Handle, _intf: int) -> None:
        self._plugged_in(dev_handle)
        self._kit.kernel_holds = False

    def attach_kernel_driver(self, dev_handle: Handle, _intf: int) -> None:
        self._plugged_in(dev_handle)
        self._kit.kernel_holds = True

    def bulk_write(
        self, dev_handle: Handle, _ep: int, _intf: int, data: array[int], _timeout_ms: int
    ) -> int:
        try:
            self._line(dev_handle).write(data.tobytes())
        except DriverError as exc:
            raise _usb_error(errno.ENODEV) from exc
        return len(data)

    def bulk_read(
        self, dev_handle: Handle, _ep: int, _intf: int, buff: array[int], timeout_ms: int
    ) -> int:
        try:
            data = dev_handle.unread or self._line(dev_handle).read(timeout_ms / 1000)
        except DriverError as exc:
            raise _usb_error(errno.ENODEV) from exc
        if not data:
            raise usb.core.USBTimeoutError("Operation timed out", errno=errno.ETIMEDOUT)
        part, dev_handle.unread = data[: len(buff)], data[len(buff) :]
        buff[: len(part)] = array("B", part)
        return len(part)

    def ctrl_transfer(
        self,
        dev_handle: Handle,
        request_type: int,
        request: int,
        value: int,
        _index: int,
        data: array[int],
        _timeout_ms: int,
    ) -> int:
        """Answer requests for text (USB 2.0, 9.4.3); stall others."""
        self._plugged_in(dev_handle)
        texts = {1: "Digital Key Rig", 2: "virtual UWB board", 3: self._kit.serial}
        if (request_type, request, value >> 8) != (0x80, 6, 3) or value & 0xFF not in texts:
            raise _usb_error(errno.EPIPE)
        text = texts[value & 0xFF].encode("utf-16-le")
        answer = (bytes((len(text) + 2, 3)) + text)[: len(data)]
        data[: len(answer)] = array("B", answer)
        return len(answer)

    def _line(self, handle: Handle) -> UciPort:
        self._plugged_in(handle)
        if handle.line is None:
            raise _usb_error(errno.EBUSY)
        return handle.line

    def _plugged_in(self, handle: Handle) -> None:
        if self._kit.plug_in is not handle.plug_in:
            raise _usb_error(errno.ENODEV)


def _usb_error(code: int) -> usb.core.USBError:
    said = {
        errno.ENODEV: "No such device (it may have been disconnected)",
        errno.EBUSY: "Resource busy",
        errno.EPIPE: "Pipe error",
    }
    return usb.core.USBError(said[code], errno=code)
