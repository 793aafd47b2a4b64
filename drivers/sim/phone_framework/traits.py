"""What one phone brings to a pairing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import randbelow

from drivers.sim.phone.dialects import DIALECTS
from drivers.sim.phone_framework.x509 import Certificate
from rig.digital_key.curve import ORDER


@dataclass(frozen=True)
class Traits:
    """What a phone brings to a pairing, and where its time and chance come from."""

    spake2_versions: tuple[bytes, ...] = (b"\x01\x01", b"\x01\x00")
    applet_versions: tuple[bytes, ...] = DIALECTS["ccc"].versions
    memory: int = 8192  # bytes for what a vehicle writes, and for its mailbox
    information: bytes = b""  # D3
    roots: tuple[Certificate, ...] = ()  # vehicle makers it knows; without any it takes every one
    now_ns: Callable[[], int] = time.monotonic_ns
    draw_scalar: Callable[[], int] = lambda: 1 + randbelow(ORDER - 1)
