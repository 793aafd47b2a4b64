"""What a USB device says of itself (USB 2.0, 9.6)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

DEVICE, CONFIGURATION, STRING = 1, 2, 3
BULK, INTERRUPT = 2, 3
_INTERFACE, _ENDPOINT = 4, 5
_ENGLISH = 0x0409
_BUS_POWERED, _MAX_POWER = 0x80, 50  # the latter in units of 2 mA
_DEVICE_LAYOUT = struct.Struct("<BBHBBBBHHHBBBB")
_CONFIGURATION_LAYOUT = struct.Struct("<BBHBBBBB")
_ENDPOINT_LAYOUT = struct.Struct("<BBBBHB")


class Speed(IntEnum):
    """As the kernel numbers them (include/uapi/linux/usb/ch9.h)."""

    LOW = 1
    FULL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Who a device is. ``release`` is its bcdDevice; without a ``serial`` it names none."""

    vendor_id: int
    product_id: int
    make: str
    model: str
    serial: str = ""
    release: int = 0x0100
    device_class: int = 0
    speed: Speed = Speed.FULL

    def descriptor(self) -> bytes:
        """The device descriptor (9.6.1)."""
        packet = 8 if self.speed is Speed.LOW else 64
        return _DEVICE_LAYOUT.pack(
            _DEVICE_LAYOUT.size, DEVICE, 0x0200, self.device_class, 0, 0, packet,
            self.vendor_id, self.product_id, self.release, 1, 2, 3 if self.serial else 0, 1,
        )  # fmt: skip

    def text(self, index: int) -> bytes | None:
        """A string descriptor (9.6.7); None for one that it does not have."""
        if index == 0:
            return struct.pack("<BBH", 4, STRING, _ENGLISH)
        texts = (self.make, self.model, self.serial)
        text = texts[index - 1] if index <= len(texts) else ""
        encoded = text.encode("utf-16-le")[:252]
        return bytes((len(encoded) + 2, STRING)) + encoded if text else None


def interface(
    number: int,
    kind: tuple[int, int, int],
    endpoints: Sequence[bytes],
    extra: bytes = b"",
) -> bytes:
    """An interface (9.6.5) of class, subclass and protocol, class descriptors, endpoints."""
    head = bytes((9, _INTERFACE, number, 0, len(endpoints), *kind, 0))
    return head + extra + b"".join(endpoints)


def endpoint(address: int, kind: int, packet: int, interval: int = 0) -> bytes:
    """An endpoint (9.6.6); an address of 80 hex and above is towards the host."""
    return _ENDPOINT_LAYOUT.pack(_ENDPOINT_LAYOUT.size, _ENDPOINT, address, kind, packet, interval)


def configuration(*interfaces: bytes) -> bytes:
    """The only configuration (9.6.3), with all that is in it."""
    body = b"".join(interfaces)
    size = _CONFIGURATION_LAYOUT.size
    return (
        _CONFIGURATION_LAYOUT.pack(
            size, CONFIGURATION, size + len(body), len(interfaces), 1, 0, _BUS_POWERED, _MAX_POWER
        )
        + body
    )
