"""The kernel's USB/IP host, vhci_hcd: ports of a hub that devices can be plugged into.

(Linux, Documentation/ABI/testing/sysfs-platform-usbip-vhci; udev's database is that of systemd.)
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from pathlib import Path

from drivers.api.errors import DeviceNotFound, DriverUnavailable
from drivers.sim.usbip.descriptors import Speed

_FREE, _USED = 4, 6  # VDEV_ST_NULL and VDEV_ST_USED
_DEVICE_ID = 1  # of no account: a port has one device
_LOOK_S = 0.02


class Vhci:
    """The host controller; ``root`` is where the system's /sys and /run are."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._hub = root / "sys/devices/platform/vhci_hcd.0"
        self._devices = root / "sys/bus/usb/devices"
        self._udev = root / "run/udev"

    def attach(self, end: socket.socket, speed: Speed) -> int:
        """Plug a device in; the number of its port. The kernel keeps a copy of ``end``.

        Raises DriverUnavailable without vhci_hcd, or where it takes root.
        """
        try:
            free = [port for port, state, _ in self._ports() if state == _FREE]
            for port in free:
                with suppress(FileExistsError, BlockingIOError):  # taken meanwhile
                    self._tell("attach", f"{port} {end.fileno()} {_DEVICE_ID} {speed.value}")
                    return port
        except FileNotFoundError as exc:
            raise DriverUnavailable("the kernel has no vhci_hcd: modprobe vhci_hcd") from exc
        except PermissionError as exc:
            raise DriverUnavailable("plugging into vhci_hcd takes root") from exc
        raise DriverUnavailable("all ports of vhci_hcd are taken")

    def detach(self, port: int) -> None:
        """Pull it out; of what has left already there is nothing to pull."""
        with suppress(OSError):
            self._tell("detach", str(port))

    def wait_for(self, port: int, driver: str, timeout_s: float) -> str:
        """The bus id of what is plugged in, once the kernel and udev are done with it.

        ``driver`` is the kernel's that takes its first interface, "" when none does. Raises
        DeviceNotFound when it takes longer, with what was waited for.
        """
        until = time.monotonic() + timeout_s
        waited_for = ""
        while time.monotonic() < until:
            bus_id = self._bus_id(port)
            waited_for = self._lacking(bus_id, driver) if bus_id else "its address"
            if not waited_for:
                return bus_id
            time.sleep(_LOOK_S)
        raise DeviceNotFound(f"on port {port} of vhci_hcd, no {waited_for} in {timeout_s:g} s")

    def _lacking(self, bus_id: str, driver: str) -> str:
        device = self._devices / bus_id
        count = _number(_read(device / "bNumInterfaces"))
        if _read(device / "bConfigurationValue") != "1" or not count:
            return "configuration"
        for number in range(count):
            if not (self._devices / f"{bus_id}:1.{number}").exists():
                return f"interface {number}"
        if driver and not (self._devices / f"{bus_id}:1.0" / "driver").exists():
            return f"{driver} (modprobe {driver})"
        node = f"c{_read(device / 'dev')}"
        if (self._udev / "control").exists() and not (self._udev / "data" / node).exists():
            return "entry in udev's database"
        return ""

    def _bus_id(self, port: int) -> str:
        found = (bus_id for at, state, bus_id in self._ports() if (at, state) == (port, _USED))
        return next(found, "")

    def _ports(self) -> list[tuple[int, int, str]]:
        """Number, state and bus id of every port for low to high speed."""
        lines = (self._hub / "status").read_text().splitlines()
        rows = [line.split() for line in lines]
        return [(int(row[1]), int(row[2]), row[-1]) for row in rows if row and row[0] == "hs"]

    def _tell(self, what: str, text: str) -> None:
        (self._hub / what).write_text(text)


def _read(path: Path) -> str:
    """What sysfs says; "" of what is not there, or is just going."""
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
