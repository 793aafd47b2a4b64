"""What the kernel knows of USB devices: /proc/modules and /sys/bus/usb. Nothing is opened.

Whatever cannot be read is not there: a container sees little of either.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drivers.api.usb_family import UsbFamily


@dataclass(frozen=True, slots=True)
class PluggedDevice:
    """A USB device. ``bound`` are the drivers that hold its interfaces, "usbfs" for a program."""

    where: str  # such as "1-1.4": bus and ports
    vendor: int
    product: int
    serial: str
    interfaces: frozenset[str]  # class, subclass and protocol in six hexadecimal digits
    bound: frozenset[str]

    def is_of(self, family: UsbFamily, serial: str) -> bool:
        """Whether it is of this make. A make without marks is known by the serial number."""
        if (self.vendor, self.product) in family.ids or family.interface in self.interfaces:
            return True
        return not (family.ids or family.interface) and serial != "" and self.serial == serial

    def __str__(self) -> str:
        return f"{self.vendor:04x}:{self.product:04x} at USB {self.where}"


@dataclass(frozen=True, slots=True)
class Machine:
    """Where to look; another tree than the machine's own for what is recorded."""

    proc: Path = Path("/proc")
    sys: Path = Path("/sys")

    @property
    def is_readable(self) -> bool:
        """Whether anything can be told of USB devices here."""
        return self._usb.is_dir()

    def modules(self) -> frozenset[str]:
        """The modules that are loaded; what is compiled into the kernel is not among them."""
        words = (line.split() for line in _text(self.proc / "modules").splitlines())
        return frozenset(found[0] for found in words if found)

    def runs(self, program: str) -> bool:
        """Whether a process of this name runs."""
        return any(_text(path) == program for path in _matching(self.proc, "[0-9]*/comm"))

    def devices(self) -> Iterator[PluggedDevice]:
        """Every USB device that is plugged in."""
        for folder in _matching(self._usb, "*"):
            try:
                vendor = int(_text(folder / "idVendor"), 16)
                product = int(_text(folder / "idProduct"), 16)
            except ValueError:  # an interface, or gone meanwhile
                continue
            below = _matching(folder, f"{folder.name}:*")
            yield PluggedDevice(
                folder.name,
                vendor,
                product,
                _text(folder / "serial"),
                frozenset(_class_of(one) for one in below),
                frozenset(filter(None, map(_driver_of, below))),
            )

    @property
    def _usb(self) -> Path:
        return self.sys / "bus" / "usb" / "devices"


def _class_of(interface: Path) -> str:
    names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
    return "".join(_text(interface / name).casefold() for name in names)


def _driver_of(interface: Path) -> str:
    """The driver's name; "" for an interface that nobody holds."""
    try:
        return Path(os.readlink(interface / "driver")).name
    except OSError:
        return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _matching(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []
