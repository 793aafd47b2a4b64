"""The UWB kits a bench can name; each is ``UciAnchor`` on its line (facts 2)."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from drivers.api.usb import UsbHost
from drivers.api.uwb import UciLine, UciListener, UciPipe, UciPort
from drivers.uwb.anchor import UciAnchor
from drivers.uwb.framing import nxp_pnp, raw
from drivers.uwb.kit import DWM3001CDK, NXP_PNP, PICA_HOST, PIPE, TCP, USB, Kit
from drivers.uwb.port import TcpPort
from drivers.uwb.serial_door import SerialPort, path_of
from drivers.uwb.uci.profiles import PROFILES
from drivers.uwb.usb_port import UsbPort, ids_of

Dialect = Literal["generic", "pica", "qorvo", "nxp", "ncj29d5"]
"""The vendor profiles by name."""


class QorvoAnchor(UciAnchor):
    """A Qorvo DWM3001CDK with UCI firmware, on its own USB port.

    ``serial`` is the USB serial number, or a virtual chip's line. Raises DriverUnavailable
    without pyserial, DeviceNotFound when it is not plugged in.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("serial",)
    """Options that no two entries of a bench may share."""

    def __init__(self, serial: str | UciLine) -> None:
        super().__init__(DWM3001CDK, lambda: _serial_port(serial, DWM3001CDK), _where(serial))


class NxpAnchor(UciAnchor):
    """An NXP board with PnP firmware (SR150, SR040, SR250; Murata Type2BP EVK).

    ``serial`` and errors as for ``QorvoAnchor``.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("serial",)
    """Options that no two entries of a bench may share."""

    def __init__(self, serial: str | UciLine) -> None:
        super().__init__(NXP_PNP, lambda: _serial_port(serial, NXP_PNP), _where(serial))


class UsbAnchor(UciAnchor):
    """A board that is no serial port: UCI on a pair of bulk endpoints of its USB interface.

    ``usb_id`` is VID:PID in hexadecimal, ``serial`` its USB serial number. ``framing`` "pnp" is
    for boards that take NXP's TLVs. Raises DriverUnavailable without pyusb or libusb,
    DeviceNotFound when it is not plugged in or has no such endpoints.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("usb_id", "serial")
    """Options that no two entries of a bench may share."""

    def __init__(
        self,
        usb_id: str,
        serial: str,
        profile: Dialect = "generic",
        framing: Literal["raw", "pnp"] = "raw",
        usb: UsbHost | None = None,
    ) -> None:
        vendor, product = ids_of(usb_id)
        wrap = nxp_pnp if framing == "pnp" else raw
        kit = replace(USB, model=usb_id, profile=PROFILES[profile], wrap=wrap)
        super().__init__(kit, lambda: UsbPort(vendor, product, serial, usb), serial)


class PipeAnchor(UciAnchor):
    """A chip in this process, behind a pipe of bytes; its clock is the anchor's.

    ``profile`` is the chip's dialect. Raises DeviceNotFound while it is unplugged.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("pipe",)
    """Options that no two entries of a bench may share."""

    def __init__(self, pipe: UciPipe, profile: Dialect = "qorvo") -> None:
        kit = replace(PIPE, profile=PROFILES[profile])
        super().__init__(kit, pipe.connect, "pipe", pipe.clock)


class TcpAnchor(UciAnchor):
    """Raw UCI on a TCP address, such as google/pica's or a virtual chip's.

    ``profile`` names the vendor's dialect. Raises DeviceNotFound when nobody listens.
    """

    def __init__(self, address: str | UciListener, profile: Dialect = "generic") -> None:
        where = address if isinstance(address, str) else address.address
        super().__init__(replace(TCP, profile=PROFILES[profile]), lambda: TcpPort(where), where)


class PicaAnchor(UciAnchor):
    """One device inside google/pica, a simulator of FiRa ranging that listens on TCP (facts 3).

    Each connection makes a device. Two of them, controller and controlee of one session, range
    each other. Raises DeviceNotFound when nobody listens.
    """

    def __init__(self, address: str | UciListener) -> None:
        where = address if isinstance(address, str) else address.address
        super().__init__(PICA_HOST, lambda: TcpPort(where), where)


def _serial_port(serial: str | UciLine, kit: Kit) -> UciPort:
    """The line of a kit, looked for afresh: plugged in again, it may have another path."""
    path = path_of(serial, kit.usb_ids) if isinstance(serial, str) else serial.path
    return SerialPort(path, kit.baud)


def _where(serial: str | UciLine) -> str:
    return serial if isinstance(serial, str) else serial.path
