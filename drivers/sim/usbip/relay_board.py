"""The HID relay board on the kernel's bus: usbhid and libusb are real, the board is not.

What a board says and does is that of ``sim.relay_board``, behind other bytes: descriptors and
requests here, pyusb's calls there.
"""

from __future__ import annotations

import struct
from typing import Protocol

from drivers.api.device import Device, Identity
from drivers.sim.relay_board import VirtualRelayBoard
from drivers.sim.usbip.descriptors import (
    INTERRUPT,
    About,
    Speed,
    configuration,
    endpoint,
    interface,
)
from drivers.sim.usbip.function import Setup, Stalled, UsbFunction
from drivers.sim.usbip.kernel import Vhci
from drivers.sim.usbip.plug import Plug

_HID = (3, 0, 0)
_HID_DESCRIPTOR, _REPORT_DESCRIPTOR = 0x21, 0x22
_REPORT_SIZE = 8
_IN = 1
_REPORTS = bytes.fromhex(
    "06 00 FF"  # usage page: vendor defined
    "09 01  A1 01"  # a collection of
    "15 00  26 FF 00"  # values 0 to 255
    "75 08  95 08"  # in 8 octets
    "09 00  B2 02 01"  # as a feature report
    "C0"
)


class Firmware(Protocol):
    """What a board makes of its reports."""

    @property
    def product(self) -> str: ...
    def take_report(self, report: bytes) -> None:
        """Obey a feature report of 8 octets."""
        ...

    def give_report(self) -> bytes:
        """The board's own report."""
        ...


class HidRelay(UsbFunction):
    """A low-speed HID device with one feature report (HID 1.11, 6.2 and 7.2)."""

    def __init__(self, firmware: Firmware) -> None:
        hid = struct.pack("<BBHBBBH", 9, _HID_DESCRIPTOR, 0x0101, 0, 1, 0x22, len(_REPORTS))
        events = endpoint(0x80 | _IN, INTERRUPT, 8, 20)
        about = About(
            vendor_id=0x16C0,
            product_id=0x05DF,
            make="www.dcttech.com",
            model=firmware.product,
            speed=Speed.LOW,
        )
        super().__init__(about, configuration(interface(0, _HID, [events], hid)))
        self._hid = hid
        self._firmware = firmware

    def interface_descriptor(self, kind: int, interface: int) -> bytes:
        known = {_HID_DESCRIPTOR: self._hid, _REPORT_DESCRIPTOR: _REPORTS}
        if interface == 0 and kind in known:
            return known[kind]
        return super().interface_descriptor(kind, interface)

    def class_request(self, setup: Setup, data: bytes) -> bytes:
        match (setup.kind, setup.request, setup.value >> 8):
            case (0xA1, 1, 3):  # GET_REPORT
                return self._firmware.give_report()
            case (0x21, 9, 3) if len(data) == _REPORT_SIZE:  # SET_REPORT
                self._firmware.take_report(data)
                return b""
            case (0x21, 10, _):  # SET_IDLE: there is nothing that could be repeated
                return b""
        raise Stalled(f"request {setup} with {len(data)} octets")

    def asked(self, endpoint: int) -> None:
        """The board never has an event, but has the endpoint."""
        if endpoint != _IN:
            super().asked(endpoint)


class KernelRelayBoard(Device):
    """Plugs a virtual board into this machine. Raises DriverUnavailable where that cannot be.

    ``board`` is what is plugged in; without power, its relays are off.
    """

    def __init__(self, board: VirtualRelayBoard) -> None:
        self._board = board
        self._vhci = Vhci()
        self._plug: Plug | None = None
        self.plug()

    def plug(self) -> None:
        """Put the cable in; returns when the kernel has the board. No effect when it is in."""
        if self._plug is None:
            self._board.plug()
            self._plug = Plug(self._vhci, HidRelay(self._board), driver="usbhid")

    def unplug(self) -> None:
        """Pull the cable; the relays lose their power. No effect when it is pulled."""
        plug, self._plug = self._plug, None
        if plug is not None:
            plug.pull()
            self._board.unplug()

    def identity(self) -> Identity:
        where = self._plug.bus_id if self._plug else "unplugged"
        return Identity("Digital Key Rig", f"{self._board.product} on USB {where}")

    def close(self) -> None:
        """Pull the cable, but leave relays as they are: they are the switches' business."""
        plug, self._plug = self._plug, None
        if plug is not None:
            plug.pull()
