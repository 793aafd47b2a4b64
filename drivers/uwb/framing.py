"""What a kit wraps around UCI on its way from the host (facts 2). From the kit it comes raw."""

from __future__ import annotations

from collections.abc import Callable

Wrap = Callable[[bytes], bytes]

_PNP_UCI = 0x01  # NXP PnP TLV type of UCI


def raw(segment: bytes) -> bytes:
    """Qorvo's kits and pica: UCI as it is."""
    return segment


def nxp_pnp(segment: bytes) -> bytes:
    """NXP's PnP boards: type, length in two octets big-endian, then UCI."""
    return bytes((_PNP_UCI, len(segment) >> 8, len(segment) & 0xFF)) + segment
