"""Makes of USB devices, as data: by which ids one is known, and who else may hold it.

Nothing here opens a device. Each family of drivers lists its makes in its ``usb_ids``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

UsbId = tuple[int, int]  # vendor and product


class Reach(Enum):
    """How a driver gets at it."""

    USB = "usb"  # through libusb
    SERIAL = "tty"  # as a serial line, which a driver of the kernel makes of it


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbFamily:
    """One make. ``name`` is of small letters, digits and -; ``basis`` says whence the ids are.

    ``drivers`` are those of a bench file that may open it. It is known by ``ids``, or by the
    class, subclass and protocol of an ``interface`` in six hexadecimal digits; with neither, only
    by the serial number in a bench file.
    """

    name: str
    what: str
    drivers: tuple[str, ...]
    reach: Reach
    basis: str
    ids: tuple[UsbId, ...] = ()
    interface: str = ""
    chip_only: bool = False  # the ids are a converter's: they do not say what is behind it
    modem_like: bool = False  # ModemManager writes to it when it is plugged in
    kernel_takes: tuple[str, ...] = ()  # kernel modules that keep it from everybody else
    kernel_lends: tuple[str, ...] = ()  # drivers of the kernel that ours takes it from by itself
    kernel_makes: tuple[str, ...] = ()  # drivers of the kernel one of which makes its serial line
