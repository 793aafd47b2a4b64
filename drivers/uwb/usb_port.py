"""The door to pyusb: UWB boards that are no serial port but a pair of bulk endpoints.

pyusb is imported when a board is opened, not before.
"""

from __future__ import annotations

import errno
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from drivers.api.errors import (
    DeviceNotFound,
    DriverError,
    DriverUnavailable,
    LinkLost,
    LinkTimeout,
)
from drivers.api.usb import UsbHost
from drivers.api.uwb import UciPort

_SLICE_S = 0.05  # of a read: a transfer under way cannot be ended by another thread
_PACKETS = 64  # read at once; a whole number of packets, or a full one overflows the buffer
_WRITE_MS = 2000
_ENGLISH = 0x0409  # named, because asking for the list of languages hides access errors
_BULK, _TYPE, _INWARDS = 0x02, 0x03, 0x80  # bmAttributes, bEndpointAddress (USB 2.0, 9.6.6)
_UDEV = "allow it by the udev rules that rig doctor BENCH --udev prints"
_MEANINGS: dict[int | None, tuple[type[DriverError], str]] = {
    errno.ENODEV: (LinkLost, "is it still plugged in?"),
    errno.EIO: (LinkLost, "look at the cable and the hub"),
    errno.EPIPE: (LinkLost, "the board has stalled its endpoint"),
    errno.ETIMEDOUT: (LinkTimeout, ""),
    errno.EACCES: (DeviceNotFound, _UDEV),
    errno.EPERM: (DeviceNotFound, _UDEV),
    errno.EBUSY: (DeviceNotFound, "another program holds it"),
}


def ids_of(text: str) -> tuple[int, int]:
    """Vendor and product of "1915:520F". Raises DeviceNotFound for anything else."""
    if not re.fullmatch(r"[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}", text):
        raise DeviceNotFound("USB ids are VID:PID in hexadecimal", device=text)
    vendor, _, product = text.partition(":")
    return int(vendor, 16), int(product, 16)


class UsbPort(UciPort):
    """One board's bulk endpoints, taken from the kernel's driver while they are held."""

    def __init__(self, vendor: int, product: int, serial: str, host: UsbHost | None = None) -> None:
        self._library = library = _pyusb()
        self._who = serial
        self._closed = False
        self._reading, self._writing = threading.Lock(), threading.Lock()
        self._device = self._find(vendor, product, _backend(library, host))
        self._detached = False
        try:
            with self._errors("taking it from the kernel's driver"):
                self._interface, self._out, self._in = self._endpoints()
                self._hold()
        except DriverError:
            library.util.dispose_resources(self._device)
            raise

    def read(self, timeout_s: float) -> bytes:
        until_s = time.monotonic() + timeout_s
        while True:
            left_s = until_s - time.monotonic()
            with self._reading:
                if self._closed:
                    raise LinkLost("it is closed", device=self._who)
                if data := self._read_once(min(_SLICE_S, max(0.001, left_s))):
                    return data
            if left_s <= _SLICE_S:
                return b""

    def write(self, data: bytes) -> None:
        with self._writing, self._errors("sending"):
            if self._closed:
                raise LinkLost("it is closed", device=self._who)
            while data:
                data = data[self._out.write(data, _WRITE_MS) :]

    def close(self) -> None:
        self._closed = True
        with self._reading, self._writing:
            device, self._device = self._device, None
            if device is None:
                return
            util = self._library.util
            with suppress(DriverError), self._errors("giving it back"):
                util.release_interface(device, self._interface)
                if self._detached:
                    device.attach_kernel_driver(self._interface)
            util.dispose_resources(device)

    def _read_once(self, timeout_s: float) -> bytes:
        size = self._in.wMaxPacketSize * _PACKETS
        try:
            with self._errors("reading"):
                return bytes(self._in.read(size, max(1, round(timeout_s * 1000))))
        except LinkTimeout:
            return b""

    def _find(self, vendor: int, product: int, backend: object) -> Any:
        """The one board with these ids and this serial number."""
        core, util = self._library.core, self._library.util
        with self._errors("looking for it"):
            ids = {"idVendor": vendor, "idProduct": product}
            boards = list(core.find(find_all=True, backend=backend, **ids))
        serials: list[str] = []
        for board in boards:
            with self._errors("reading its serial number"):
                serials.append(str(util.get_string(board, board.iSerialNumber, _ENGLISH) or ""))
        mine = [board for board, found in zip(boards, serials, strict=True) if found == self._who]
        for board in boards:
            if len(mine) != 1 or board is not mine[0]:
                util.dispose_resources(board)
        if len(mine) == 1:
            return mine[0]
        seen = ", ".join(sorted(filter(None, serials))) or "none"
        said = f"{len(mine)} USB boards {vendor:04X}:{product:04X} have this serial number"
        raise DeviceNotFound(f"{said}; seen: {seen}", device=self._who)

    def _endpoints(self) -> tuple[int, Any, Any]:
        """The first interface with a bulk endpoint each way, and the two."""
        for interface in self._device.get_active_configuration():
            bulk = [one for one in interface if one.bmAttributes & _TYPE == _BULK]
            out = [one for one in bulk if not one.bEndpointAddress & _INWARDS]
            into = [one for one in bulk if one.bEndpointAddress & _INWARDS]
            if out and into:
                return interface.bInterfaceNumber, out[0], into[0]
        raise DeviceNotFound("it has no pair of bulk endpoints", device=self._who)

    def _hold(self) -> None:
        try:
            self._detached = bool(self._device.is_kernel_driver_active(self._interface))
        except NotImplementedError:
            self._detached = False  # this system binds no driver that could be moved away
        if self._detached:
            self._device.detach_kernel_driver(self._interface)
        self._library.util.claim_interface(self._device, self._interface)

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        """Turn pyusb's one exception into ours by its errno; the only place that does."""
        try:
            yield
        except self._library.core.USBError as exc:
            kind, advice = _MEANINGS.get(exc.errno, (DriverError, ""))
            message = f"{doing}: {exc}; {advice}" if advice else f"{doing}: {exc}"
            raise kind(message, device=self._who) from exc


def _pyusb() -> Any:
    """Return pyusb; DriverUnavailable where it is not installed."""
    try:
        import usb.backend.libusb1  # noqa: PLC0415 - missed only when a board is opened
        import usb.core  # noqa: PLC0415
        import usb.util  # noqa: PLC0415
    except ImportError as exc:
        raise DriverUnavailable(f"pyusb cannot be imported ({exc}): pip install pyusb") from exc
    return usb


def _backend(library: Any, host: UsbHost | None) -> object:
    """The host's pyusb backend, or the system's."""
    if host is not None:
        return host.backend
    found: object = library.backend.libusb1.get_backend()
    if found is None:
        raise DriverUnavailable("libusb cannot be loaded; apt install libusb-1.0-0")
    return found
