"""The HID relay board behind pyusb's core: no kernel and no libusb, and the real driver on top.

What is imitated besides reports: the kernel's driver holds the board until detached (EBUSY), one
program at a time may claim it, an unplugged board is ENODEV for every handle opened before, and
relays draw their power from USB, so unplugging releases them.
"""

from __future__ import annotations

import errno
import itertools
import threading
from array import array
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import ClassVar

import usb.core
from usb.backend import IBackend

from drivers.api.device import Device, Identity
from drivers.api.errors import DriverError
from drivers.api.usb import UsbHost
from drivers.sim.body import VirtualBody
from drivers.sim.relay_memory import RelayMemory, relay_states

__all__ = ["VirtualRelayBoard", "VirtualUsb", "relay_states"]

_VENDOR, _PRODUCT = "www.dcttech.com", "USBRelay{channels}"
_addresses = itertools.count(2)  # as in Linux, a plugged-in device never gets an old address

_DEVICE = {
    "bLength": 18, "bDescriptorType": 1, "bcdUSB": 0x0110, "bDeviceClass": 0,
    "bDeviceSubClass": 0, "bDeviceProtocol": 0, "bMaxPacketSize0": 8, "idVendor": 0x16C0,
    "idProduct": 0x05DF, "bcdDevice": 0x0100, "iManufacturer": 1, "iProduct": 2,
    "iSerialNumber": 0, "bNumConfigurations": 1,
    "bus": 1, "port_number": 1, "port_numbers": (1,), "speed": 1,
}  # fmt: skip
_CONFIGURATION = {
    "bLength": 9, "bDescriptorType": 2, "wTotalLength": 34, "bNumInterfaces": 1,
    "bConfigurationValue": 1, "iConfiguration": 0, "bmAttributes": 0x80, "bMaxPower": 50,
    "extra_descriptors": [],
}  # fmt: skip
_INTERFACE = {
    "bLength": 9, "bDescriptorType": 4, "bInterfaceNumber": 0, "bAlternateSetting": 0,
    "bNumEndpoints": 1, "bInterfaceClass": 3, "bInterfaceSubClass": 0, "bInterfaceProtocol": 0,
    "iInterface": 0, "extra_descriptors": [],
}  # fmt: skip
_ENDPOINT = {
    "bLength": 7, "bDescriptorType": 5, "bEndpointAddress": 0x81, "bmAttributes": 3,
    "wMaxPacketSize": 8, "bInterval": 20, "bRefresh": 0, "bSynchAddress": 0,
    "extra_descriptors": [],
}  # fmt: skip


class VirtualRelayBoard(Device, UsbHost):
    """A board with relays and, beyond what the real one has, 16 inputs; both end at the body.

    ``body`` None leaves the relays unconnected. ``serial`` is 5 letters and digits: boards of
    one serial and user are one board, in whatever process. Raises DriverError for another
    serial, or for channels other than 1 to 8.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("serial",)
    """Options that no two entries of a bench, and no two runs, may share."""

    def __init__(self, body: VirtualBody | None, serial: str, channels: int = 8) -> None:
        if not 1 <= channels <= 8:
            raise DriverError(f"{channels} relays: a board has 1 to 8", device=serial)
        self.serial = serial
        self.product = _PRODUCT.format(channels=channels)
        self.channels = channels
        self.memory = RelayMemory(serial)
        self.plug_in: PlugIn | None = PlugIn(self)
        self.lock = threading.RLock()
        self._body = body
        self._backend = VirtualUsb([self])
        if body:
            body.energise(self.memory.relays)  # as some earlier process may have left them

    @property
    def backend(self) -> VirtualUsb:
        return self._backend

    def take_report(self, report: bytes) -> None:
        """Obey a feature report; like the firmware, pass over what it does not know."""
        command, channel = report[0], report[1]
        every = (1 << self.channels) - 1
        bit = 1 << (channel - 1) if 1 <= channel <= self.channels else 0
        relays = self.memory.relays
        masks = {0xFF: relays | bit, 0xFD: relays & ~bit, 0xFE: every, 0xFC: 0}
        self._drive(masks.get(command, relays))

    def give_report(self) -> bytes:
        """Serial, inputs high and low (our extension), relays."""
        inputs = self._body.sensed() if self._body else 0
        return self.serial.encode() + inputs.to_bytes(2, "big") + bytes((self.memory.relays,))

    def unplug(self) -> None:
        """Pull the USB cable; the relays lose their power. No effect when it is pulled."""
        with self.lock:
            if self.plug_in is not None:
                self.plug_in = None
                self._drive(0)
                self.memory.detached = False
                self.memory.unclaim()

    def plug(self) -> None:
        """Put the cable back; the kernel's driver takes the board. No effect when it is in."""
        with self.lock:
            self.plug_in = self.plug_in or PlugIn(self)

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", f"virtual {self.product}", self.serial)

    def close(self) -> None:
        """Let go of the board, its relays as they are: they are the switches' business."""
        with self.lock:
            self.plug_in = None
            self.memory.close()

    def _drive(self, relays: int) -> None:
        self.memory.relays = relays
        if self._body:
            self._body.energise(relays)


class PlugIn:
    """One stay of a board on the bus: pulled and put back, it is another."""

    def __init__(self, board: VirtualRelayBoard) -> None:
        self.board = board
        self.address = next(_addresses)
        self.claimed_by: Handle | None = None


class Handle:
    """One opening of a plugged-in board."""

    def __init__(self, plug_in: PlugIn) -> None:
        self.plug_in = plug_in


class VirtualUsb(IBackend):  # type: ignore[misc] # pyusb has no types
    """A USB host with these boards plugged in, for pyusb's core."""

    def __init__(self, boards: Sequence[VirtualRelayBoard]) -> None:
        self._boards = boards

    def enumerate_devices(self) -> Iterator[PlugIn]:
        return iter([b.plug_in for b in self._boards if b.plug_in is not None])

    def get_device_descriptor(self, dev: PlugIn) -> SimpleNamespace:
        return SimpleNamespace(**_DEVICE, address=dev.address)

    def get_configuration_descriptor(self, _dev: PlugIn, config: int) -> SimpleNamespace:
        return _only(_CONFIGURATION, config)

    def get_interface_descriptor(
        self, _dev: PlugIn, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        return _only(_INTERFACE, intf, alt, config)

    def get_endpoint_descriptor(
        self, _dev: PlugIn, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        return _only(_ENDPOINT, ep, intf, alt, config)

    def open_device(self, dev: PlugIn) -> Handle:
        handle = Handle(dev)
        _plugged_in(handle)
        return handle

    def close_device(self, dev_handle: Handle) -> None:
        """Drop the handle's claim, as the kernel does when a file is closed."""
        plug_in = dev_handle.plug_in
        with plug_in.board.lock:
            if plug_in.claimed_by is dev_handle:
                plug_in.claimed_by = None
                if plug_in.board.plug_in is plug_in:
                    plug_in.board.memory.unclaim()

    def get_configuration(self, dev_handle: Handle) -> int:
        _plugged_in(dev_handle)
        return 1

    def set_configuration(self, dev_handle: Handle, _value: int) -> None:
        _plugged_in(dev_handle)

    def claim_interface(self, dev_handle: Handle, _intf: int) -> None:
        plug_in = dev_handle.plug_in
        with plug_in.board.lock:
            memory = _plugged_in(dev_handle).memory
            taken = plug_in.claimed_by not in {None, dev_handle}
            if not memory.detached or taken or not memory.claim():
                raise _usb_error(errno.EBUSY)
            plug_in.claimed_by = dev_handle

    def release_interface(self, dev_handle: Handle, _intf: int) -> None:
        _plugged_in(dev_handle)
        self.close_device(dev_handle)

    def is_kernel_driver_active(self, dev_handle: Handle, _intf: int) -> bool:
        return not _plugged_in(dev_handle).memory.detached

    def detach_kernel_driver(self, dev_handle: Handle, _intf: int) -> None:
        _plugged_in(dev_handle).memory.detached = True

    def attach_kernel_driver(self, dev_handle: Handle, _intf: int) -> None:
        board = _plugged_in(dev_handle)
        if dev_handle.plug_in.claimed_by is not None:
            raise _usb_error(errno.EBUSY)
        board.memory.detached = False

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
        """Answer the requests the board knows (USB 2.0, 9.4; HID 1.11, 7.2); stall others."""
        with dev_handle.plug_in.board.lock:
            board = _plugged_in(dev_handle)
            match (request_type, request, value >> 8):
                case (0x80, 6, 3):
                    return _fill(data, _text(board, value & 0xFF))
                case (0x21, 9, 3) if len(data) == 8:
                    board.take_report(data.tobytes())
                    return len(data)
                case (0xA1, 1, 3):
                    return _fill(data, board.give_report())
        raise _usb_error(errno.EPIPE)


def _plugged_in(handle: Handle) -> VirtualRelayBoard:
    board = handle.plug_in.board
    if board.plug_in is not handle.plug_in:
        raise _usb_error(errno.ENODEV)
    return board


def _usb_error(code: int) -> usb.core.USBError:
    said = {
        errno.ENODEV: "No such device (it may have been disconnected)",
        errno.EBUSY: "Resource busy",
        errno.EPIPE: "Pipe error",
    }
    return usb.core.USBError(said[code], errno=code)


def _only(descriptor: dict[str, object], *indices: int) -> SimpleNamespace:
    if any(indices):
        raise IndexError(indices)  # pyusb counts up until this
    return SimpleNamespace(**descriptor)


def _text(board: VirtualRelayBoard, index: int) -> bytes:
    texts = {0: b"\x09\x04"}  # the one language: English
    texts |= {1: _VENDOR.encode("utf-16-le"), 2: board.product.encode("utf-16-le")}
    if index not in texts:
        raise _usb_error(errno.EPIPE)
    return bytes((len(texts[index]) + 2, 3)) + texts[index]


def _fill(data: array[int], answer: bytes) -> int:
    """Put an answer where pyusb wants it: in the array passed in."""
    part = answer[: len(data)]
    data[: len(part)] = array("B", part)
    return len(part)
