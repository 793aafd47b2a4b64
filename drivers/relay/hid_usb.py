"""How a DCTTech board ("USBRelay8") speaks over USB; the door to pyusb.

The board takes 8-byte feature reports and needs no other transfer:

* SET_REPORT ``FF n`` energises relay n, ``FD n`` releases it
* GET_REPORT answers serial (5 ASCII characters), two spare bytes, and one bit a relay

Every board carries the same USB ids and no USB serial number, so only that 5-character serial
tells them apart. The kernel's HID driver holds a board until it is told to let go.

The two spare bytes are zero on plain boards. Our virtual board reports 16 digital inputs there
(high byte first, input 1 the lowest bit): that is our own extension, and a plain board shows
every input inactive.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

import usb.backend.libusb1
import usb.core
import usb.util

from drivers.api.device import Identity
from drivers.api.errors import (
    DeviceNotFound,
    DeviceRefused,
    DriverError,
    DriverUnavailable,
    FrameError,
    LinkLost,
    LinkTimeout,
)
from drivers.api.usb import UsbHost
from drivers.relay.usb_ids import USB_RELAY

((VENDOR_ID, PRODUCT_ID),) = USB_RELAY.ids
ON, OFF = 0xFF, 0xFD
_INTERFACE = 0
_SET_REPORT, _GET_REPORT = (0x21, 0x09), (0xA1, 0x01)  # HID 1.11, 7.2: class request, interface
_FEATURE = 0x0300  # report type 3, report id 0
_REPORT_SIZE = 8
_ENGLISH = 0x0409  # named, because asking for the list of languages hides access errors

_UDEV = "allow it by the udev rules that rig doctor --udev prints"
_MEANINGS: dict[int | None, tuple[type[DriverError], str]] = {
    errno.ENODEV: (LinkLost, "is it still plugged in?"),
    errno.EIO: (LinkLost, "look at the cable and the hub"),
    errno.ETIMEDOUT: (LinkTimeout, ""),
    errno.EOVERFLOW: (FrameError, ""),
    errno.EACCES: (DriverError, _UDEV),
    errno.EPERM: (DriverError, _UDEV),
    errno.EBUSY: (DriverError, "another program holds it"),
}


@contextmanager
def _usb_errors(doing: str, device: str) -> Iterator[None]:
    """Turn pyusb's one exception into ours by its errno; the only place that does."""
    try:
        yield
    except usb.core.USBError as exc:
        if exc.errno == errno.EPIPE:  # a stalled request is how USB says no
            raise DeviceRefused(errno.EPIPE, doing, device=device) from exc
        kind, advice = _MEANINGS.get(exc.errno, (DriverError, ""))
        message = f"{doing}: {exc}; {advice}" if advice else f"{doing}: {exc}"
        raise kind(message, device=device) from exc


@dataclass(frozen=True, slots=True)
class Report:
    """What the board tells of itself; one bit a relay or input, number 1 lowest."""

    serial: str
    inputs: int
    relays: int

    @classmethod
    def parse(cls, data: bytes, device: str) -> Self:
        if len(data) != _REPORT_SIZE:
            raise FrameError(f"a report of {len(data)} bytes instead of 8", device=device)
        serial = data[:5].rstrip(b"\0").decode("ascii", "backslashreplace")
        return cls(serial, int.from_bytes(data[5:7], "big"), data[7])


class BoardLink:
    """A board's USB interface, taken from the kernel's driver while it is held."""

    def __init__(self, device: Any, timeout_s: float) -> None:
        self._device = device
        self._timeout_ms = max(1, round(timeout_s * 1000))
        self._detached = False
        self.where = f"USB bus {device.bus} address {device.address}"

    def text(self, index: int) -> str:
        """A string descriptor. Raises FrameError where what comes is none, besides USB's errors."""
        with _usb_errors("reading what it is", self.where):
            try:
                return str(usb.util.get_string(self._device, index, _ENGLISH) or "")
            except (UnicodeDecodeError, IndexError) as exc:  # pyusb takes it for UTF-16 unseen
                raise FrameError(f"string {index} is no text", device=self.where) from exc

    def identity(self, serial: str) -> Identity:
        device = self._device
        firmware = f"{device.bcdDevice >> 8:x}.{device.bcdDevice & 0xFF:02x}"
        return Identity(
            self.text(device.iManufacturer), self.text(device.iProduct), serial, firmware
        )

    def hold(self) -> None:
        with _usb_errors("taking it from the kernel's driver", self.where):
            try:
                self._detached = bool(self._device.is_kernel_driver_active(_INTERFACE))
            except NotImplementedError:
                self._detached = False  # this system binds no driver that could be moved away
            if self._detached:
                self._device.detach_kernel_driver(_INTERFACE)
            usb.util.claim_interface(self._device, _INTERFACE)

    def read(self, who: str) -> Report:
        with _usb_errors("reading back", who):
            data = self._device.ctrl_transfer(
                *_GET_REPORT, _FEATURE, _INTERFACE, _REPORT_SIZE, self._timeout_ms
            )
        return Report.parse(bytes(data), who)

    def write(self, command: int, channel: int, who: str) -> None:
        report = bytes((command, channel)).ljust(_REPORT_SIZE, b"\0")
        with _usb_errors(f"switching relay {channel}", who):
            self._device.ctrl_transfer(*_SET_REPORT, _FEATURE, _INTERFACE, report, self._timeout_ms)

    def release(self) -> None:
        """Give the interface back to the kernel; of an unplugged board there is nothing left."""
        try:
            with suppress(LinkLost), _usb_errors("giving it back", self.where):
                usb.util.release_interface(self._device, _INTERFACE)
                if self._detached:
                    self._device.attach_kernel_driver(_INTERFACE)
        finally:
            self._detached = False
            usb.util.dispose_resources(self._device)


def backend_of(host: UsbHost | None) -> object:
    """The host's pyusb backend, or the system's; raises DriverUnavailable without libusb."""
    if host is not None:
        return host.backend
    found: object = usb.backend.libusb1.get_backend()
    if found is None:
        raise DriverUnavailable(
            "libusb cannot be loaded or started; apt install libusb-1.0-0, "
            "and in a container pass /dev/bus/usb in"
        )
    return found


def find_board(serial: str, backend: object, timeout_s: float) -> BoardLink:
    """Hold the one board with this serial; boards of other serials are left as they were."""
    ids = {"idVendor": VENDOR_ID, "idProduct": PRODUCT_ID}
    with _usb_errors("looking for relay boards", serial):
        devices = list(usb.core.find(find_all=True, backend=backend, **ids))
    mine: list[BoardLink] = []
    seen: list[str] = []
    unread: list[DriverError] = []
    for link in (BoardLink(device, timeout_s) for device in devices):
        try:
            found = _probe(link)
        except DriverError as exc:
            unread.append(exc)
            continue
        seen += [found] if found else []
        if found == serial:
            mine.append(link)
        else:
            link.release()
    if len(mine) == 1:
        return mine[0]
    for link in mine:
        link.release()
    if mine:
        places = " and ".join(link.where for link in mine)
        raise DeviceNotFound(f"{len(mine)} boards have this serial: {places}", device=serial)
    raise _absence(serial, seen, unread) from (unread[0] if unread else None)


def boards_seen(backend: object) -> tuple[Identity, ...]:
    """Who is plugged in, each held just long enough to be asked. Raises what asking raises."""
    ids = {"idVendor": VENDOR_ID, "idProduct": PRODUCT_ID}
    with _usb_errors("looking for relay boards", ""):
        devices = list(usb.core.find(find_all=True, backend=backend, **ids))
    found = []
    for link in (BoardLink(device, 1.0) for device in devices):
        if (serial := _probe(link)) is not None:
            found.append(link.identity(serial))
        link.release()
    return tuple(found)


def _probe(link: BoardLink) -> str | None:
    """Hold a board and read its serial; None for other makers' devices, which share the ids."""
    try:
        if not link.identity("").model.startswith("USBRelay"):
            return None
        link.hold()
        return link.read(link.where).serial
    except DriverError:
        link.release()
        raise


def _absence(serial: str, seen: list[str], unread: list[DriverError]) -> DeviceNotFound:
    message = f"no relay board has this serial; serials seen: {', '.join(sorted(seen)) or 'none'}"
    if unread:
        message += "; could not be read: " + "; ".join(map(str, unread))
    else:
        message += "; is it plugged in, and is the serial in the bench file right?"
    return DeviceNotFound(message, device=serial)
