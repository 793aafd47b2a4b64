"""What the radio keeps while controllers come and go. Nothing here knows Bumble."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.api.ble import Bond, KeyService, Link, RadioListener
from drivers.api.clock import Clock
from drivers.api.event_loop import LoopThread
from drivers.ble.tap import HciTap

_SPSMS = range(0x0080, 0x0100)
_ADDRESS = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")


class Teller:
    """Tells the listener, in the radio's own thread; silent while there is none."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.listener: RadioListener | None = None

    def __call__(self, told: Callable[[RadioListener, int], None]) -> None:
        if self.listener is not None:
            told(self.listener, self._clock.now_ns())

    def admits(self, link: Link) -> bool:
        """What the listener says; no, while there is none."""
        return self.listener is not None and self.listener.admits(link)


@dataclass
class Vehicle:
    """The vehicle as its radio knows it."""

    loop: LoopThread
    tell: Teller
    address: str
    irk: bytes = field(repr=False)
    tap: HciTap
    bonds: tuple[Bond, ...] = ()
    service: KeyService | None = None


def static_address(wanted: str) -> str:
    """The address in capitals; where none is wanted, one of 46 random bits (Core, Vol 6 B 1.3.2.1).

    Raises ValueError for one that is not static random: its two highest bits say so.
    """
    if not wanted:
        octets = bytearray(os.urandom(6))
        octets[0] |= 0xC0
        return octets.hex(":").upper()
    address = wanted.upper()
    if not _ADDRESS.fullmatch(address) or int(address[:2], 16) < 0xC0:
        raise ValueError(f"{wanted!r} is no static random address, C0:... to FF:...")
    return address


def offerable(service: KeyService) -> KeyService:
    """The service itself. Raises ValueError for what cannot be offered."""
    if service.spsm not in _SPSMS:
        raise ValueError(f"SPSM 0x{service.spsm:04X} is not 0x0080 to 0x00FF")
    if not -128 <= service.tx_power_dbm <= 127:
        raise ValueError(f"a transmit power of {service.tx_power_dbm} dBm does not fit in an octet")
    if not 0 <= service.antenna_id <= 0xFFFF:
        raise ValueError(f"antenna id {service.antenna_id} does not fit in two octets")
    if not 23 <= service.largest_message <= 0xFFFF:
        raise ValueError(f"messages of {service.largest_message} octets: 23 to 65535 are possible")
    return service
